/*
 * damage KIND SEED <LOG >LOG: does to a log what disks, crashes and intruders do. Lines with "/w/"
 * in them are witnesses: neither they nor the newline before them is touched, so that every one
 * of them can be asked for afterwards. The same seed gives the same bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_BYTES (1u << 20)

struct line {
	char *text;
	size_t n;
	int before_witness;
};

static uint64_t state;

/* xorshift64* */
static unsigned roll(unsigned sides)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * UINT64_C(2685821657736338717)) >> 33) % sides;
}

static void put(const char *text, size_t n)
{
	(void)fwrite(text, 1, n, stdout);
}

static void put_end(const struct line *l)
{
	if (l->before_witness)
		(void)putchar('\n');
}

static void flip(struct line *l)
{
	for (unsigned times = 1 + roll(4); times; times--)
		l->text[roll((unsigned)l->n)] ^= (char)(1u << roll(8));
	put(l->text, l->n);
	put_end(l);
}

/* A run of bytes without a meaning, or of NULs. */
static void smear(struct line *l, int nul)
{
	unsigned from = roll((unsigned)l->n), to = from + roll((unsigned)l->n - from + 1);

	for (unsigned i = from; i < to; i++)
		l->text[i] = nul ? '\0' : (char)roll(256);
	put(l->text, l->n);
	put_end(l);
}

static void stretch(const struct line *l)
{
	size_t at = roll((unsigned)l->n);

	put(l->text, at);
	for (unsigned i = 0; i < LONG_BYTES; i += 64)
		put("type=USER msg=audit(1700000000.000:1): pid=1 name=\"AAAAAAAAAAAAA\" ", 64);
	put(l->text + at, l->n - at);
}

/* The clock is stepped: seconds stand behind "audit(". */
static void step(const struct line *l, long offset)
{
	const char *stamp = strstr(l->text, "audit(");
	char *rest;
	long seconds;

	if (!stamp) {
		put(l->text, l->n);
		return;
	}
	stamp += strlen("audit(");
	seconds = strtol(stamp, &rest, 10) + offset;
	put(l->text, (size_t)(stamp - l->text));
	(void)printf("%ld", seconds);
	put(rest, l->n - (size_t)(rest - l->text));
}

static void damage(const char *kind, struct line *l)
{
	static long offset;
	int hit = roll(3) == 0;

	if (strcmp(kind, "clock") == 0) {
		if (roll(50) == 0)
			offset = (long)roll(2000000) - 1000000;
		step(l, offset);
	} else if (!hit)
		put(l->text, l->n);
	else if (strcmp(kind, "flip") == 0)
		flip(l);
	else if (strcmp(kind, "garbage") == 0 || strcmp(kind, "nul") == 0)
		smear(l, kind[0] == 'n');
	else if (strcmp(kind, "tear") == 0) {
		put(l->text, roll((unsigned)l->n));
		put_end(l);
	} else if (strcmp(kind, "long") == 0 && roll(400) == 0)
		stretch(l);
	else if (strcmp(kind, "lose") != 0)
		put(l->text, l->n);
}

int main(int argc, char **argv)
{
	struct line now = {NULL, 0, 0}, next = {NULL, 0, 0};
	size_t cap_now = 0, cap_next = 0;
	ssize_t n;

	if (argc != 3)
		return 2;
	state = strtoull(argv[2], NULL, 10) * UINT64_C(0x9E3779B97F4A7C15) + 1;
	n = getline(&now.text, &cap_now, stdin);
	now.n = n > 0 ? (size_t)n : 0;
	while (now.n) {
		struct line swap = now;
		size_t cap = cap_now;

		n = getline(&next.text, &cap_next, stdin);
		next.n = n > 0 ? (size_t)n : 0;
		now.before_witness = !next.n || strstr(next.text, "/w/");
		if (strstr(now.text, "/w/"))
			put(now.text, now.n);
		else
			damage(argv[1], &now);
		now = next;
		cap_now = cap_next;
		next = swap;
		cap_next = cap;
	}
	free(now.text);
	free(next.text);
	return fflush(stdout) != 0;
}
