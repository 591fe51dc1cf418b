/* Random bytes as a log in several files and a question: with indexes the same is found. */
#include "query/prune_random_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char folder[] = "/tmp/aurum-prune-XXXXXX", index_folder[64];

	assert(mkdtemp(folder));
	(void)snprintf(index_folder, sizeof(index_folder), "%s/" INDEX_FOLDER, folder);
	assert(mkdir(index_folder, 0700) == 0);
	random_prune(folder, data, size, NULL);
	assert(rmdir(index_folder) == 0 && rmdir(folder) == 0);
	return 0;
}
