/* Random bytes as a log in several files and a question: with indexes the same is found. */
#include "query/prune_random_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/aurum-prune-XXXXXX", index_folder[64];

static void remove_folders(void)
{
	(void)rmdir(index_folder);
	(void)rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_ready;

	if (!is_ready) {
		assert(mkdtemp(folder));
		(void)snprintf(index_folder, sizeof(index_folder), "%s/" INDEX_FOLDER, folder);
		assert(mkdir(index_folder, 0700) == 0 && atexit(remove_folders) == 0);
		is_ready = true;
	}
	random_prune(folder, data, size, NULL);
	return 0;
}
