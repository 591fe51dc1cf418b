/* auditd.conf from hostile bytes: whatever they are, the outcome is defined and repeatable. */
#include "config/auditd_conf.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_problems first, second;
	struct auditd_conf conf;
	int status;

	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	auditd_conf_init(&conf);
	status = auditd_conf_parse(&conf, sv_make((const char *)data, size), &first);
	assert((status == 0) == (first.errors == 0));
	assert(first.count <= CONFIG_PROBLEMS_MAX);
	assert(conf.log_file && conf.log_group && conf.plugin_dir);
	auditd_conf_release(&conf);

	auditd_conf_init(&conf);
	assert(auditd_conf_parse(&conf, sv_make((const char *)data, size), &second) == status);
	assert(memcmp(&first, &second, sizeof(first)) == 0);
	auditd_conf_release(&conf);
	return 0;
}
