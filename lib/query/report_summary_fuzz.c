/* A section of an index: whatever it holds, it is refused or added up. */
#include "query/report_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct event event = {.stamp = {1700000000, 0, 1}};
	struct report_kept kept;
	struct report_summary s;

	report_summary_init(&s);
	if (report_kept_read(&kept, sv_make((const char *)data, n), 64)) {
		if (report_summary_add(&s, &kept, 2) == 0 && report_summary_settle(&s) == 0)
			(void)report_summary_place(&s, &event);
		report_kept_release(&kept);
	}
	report_summary_release(&s);
	return 0;
}
