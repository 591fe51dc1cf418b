/*
 * Runs a fuzz target over files instead of under libFuzzer, so that every input that
 * ever found something is tried in every test run, with any compiler.
 *
 *	replay-record test/corpus/record...
 *
 * A folder stands for the files in it. Prints TAP: one line for the whole set.
 */
#include "base/buf.h"
#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#define INPUT_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	CLEANUP(buf_release) struct buf input = BUF_INIT(INPUT_MAX);
	struct err e;

	if (file_read(path, &input, &e) != 0) {
		printf("# %s\n", e.text);
		return -1;
	}
	(void)LLVMFuzzerTestOneInput((const uint8_t *)buf_cstr(&input), input.n);
	return 1;
}

static int run_folder(const char *path)
{
	DIR *dir = opendir(path);
	int done = 0;

	if (!dir)
		return -1;
	for (struct dirent *d; (d = readdir(dir)) && done >= 0;) {
		char file[4096];

		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
		done = run_file(file) < 0 ? -1 : done + 1;
	}
	(void)closedir(dir);
	return done;
}

int main(int argc, char **argv)
{
	int total = 0;

	printf("1..1\n");
	for (int i = 1; i < argc; i++) {
		struct stat st;
		int done = -1;

		if (stat(argv[i], &st) == 0)
			done = S_ISDIR(st.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);
		if (done < 0) {
			printf("not ok 1 - cannot replay %s\n", argv[i]);
			return 1;
		}
		total += done;
	}
	printf("%s 1 - %d inputs replayed\n", total ? "ok" : "not ok", total);
	return total == 0;
}
