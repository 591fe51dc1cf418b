/* Random bytes as a log and a query: every way to scan finds the same. */
#include "query/scan_random_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	random_scans(data, size);
	return 0;
}
