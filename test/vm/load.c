/*
 * What a guest does while its power is cut, and what it looks at afterwards.
 *
 *	vm-load FIRST [COUNT]	sends numbered user records at full speed and prints, again and
 *				again, "acknowledged WRITTEN SETTLED SYNCED" as acknowledge.so has it
 *	vm-load check FIRST	reads ausearch --raw and prints "kept NUMBER" for the highest of
 *				them from FIRST on, "hole FROM TO" for what lies missing before it
 *				and "bad LINE" for a record that is not as it was sent
 *
 * A record's text follows from its number, lengths differ: pages end at any place in a line.
 */
#include "acknowledged.h"

#include "base/num.h"
#include "netlink/control.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX      1024
#define REPORT_EVERY  8
#define LINE_SHOWN    400
#define PADDING_STEPS 397 /* a prime: lengths take all values */

static struct audit_control control;

static _Noreturn void die(const char *why)
{
	fprintf(stderr, "vm-load: %s\n", why);
	exit(1);
}

static struct acknowledged *share_page(void)
{
	int fd = open(ACKNOWLEDGED_PATH, O_RDWR);
	void *page = MAP_FAILED;

	if (fd >= 0)
		page = mmap(NULL, sizeof(struct acknowledged), PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		die("cannot map " ACKNOWLEDGED_PATH);
	return page;
}

/* The text of record n, without a newline. */
static struct sv text_of(uint64_t n, char out[TEXT_MAX])
{
	size_t padding = n * 31 % PADDING_STEPS;
	int length = snprintf(out, TEXT_MAX, LOAD_MARK "%lu ", (unsigned long)n);

	memset(out + length, 'a' + (int)(n % 26), padding);
	memcpy(out + length + padding, " end", 4);
	return (struct sv){out, (size_t)length + padding + 4};
}

static int run(uint64_t first, uint64_t count)
{
	const struct acknowledged *page = share_page();
	struct audit_socket socket;
	char text[TEXT_MAX];
	struct err e;

	if (audit_socket_open(&socket, 0, &e) != 0)
		die(e.text);
	audit_control_init(&control, &socket);
	for (uint64_t n = first; n - first < count; n++) {
		if (audit_send_user(&control, AUDIT_USER, text_of(n, text), &e) != 0)
			die(e.text);
		if (n % REPORT_EVERY == 0)
			printf("acknowledged %lu %lu %lu\n", (unsigned long)page->written,
			       (unsigned long)page->settled, (unsigned long)page->synced);
		fflush(stdout);
	}
	audit_socket_close(&socket);
	return 0;
}

/* The record's text between quotes; empty when the line has none. */
static struct sv quoted(const char *line)
{
	const char *start = strstr(line, "msg='"), *end = start ? strchr(start + 5, '\'') : NULL;

	return end ? (struct sv){start + 5, (size_t)(end - start) - 5} : SV("");
}

static int check(uint64_t first)
{
	uint64_t expected = first, found = 0;
	char expected_text[TEXT_MAX];
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0) {
		char *mark = strstr(line, LOAD_MARK);
		uint64_t n = mark ? strtoul(mark + sizeof(LOAD_MARK) - 1, NULL, 10) : 0;

		if (!mark || !sv_eq(quoted(line), text_of(n, expected_text))) {
			if (strstr(line, "type=USER ") || strncmp(line, "type=", 5) != 0)
				printf("bad %.*s\n", LINE_SHOWN, line);
			continue;
		}
		if (n < first)
			continue;
		if (n > expected)
			printf("hole %lu %lu\n", (unsigned long)expected, (unsigned long)n - 1);
		else if (n < expected)
			printf("bad %lu comes after %lu\n", (unsigned long)n,
			       (unsigned long)expected - 1);
		found = n;
		expected = n + 1;
	}
	printf("kept %lu\n", (unsigned long)found);
	free(line);
	return 0;
}

static uint64_t number(const char *word)
{
	uint64_t value;

	if (!num_u64(sv_cstr(word), &value))
		die("that is no number");
	return value;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "check") == 0)
		return check(number(argv[2]));
	if (argc == 2 || argc == 3)
		return run(number(argv[1]), argc == 3 ? number(argv[2]) : UINT64_MAX);
	die("usage: vm-load FIRST [COUNT] | vm-load check FIRST");
}
