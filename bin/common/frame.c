/* The frame around a program's work. */
#include "common/frame.h"

#include "base/file.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HELP_MAX ((size_t)64 << 10)

/* What we ask a locale for. Each may be a file to open: all thirteen take 0.1 ms more. */
static const int categories[] = {LC_CTYPE, LC_MESSAGES, LC_TIME};

int frame_start(void)
{
	if (file_fill_standard() != 0)
		return -1;
	for (size_t i = 0; i < LEN(categories); i++)
		(void)setlocale(categories[i], "");
	return 0;
}

void frame_say(const char *program, const char *format, ...)
{
	va_list args;

	flockfile(stderr);
	(void)fprintf(stderr, "%s: ", program);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	funlockfile(stderr);
}

enum frame_next frame_options(struct options *words, const struct option_set *set, int argc,
			      char *const argv[], frame_take_fn take, void *arg, struct err *e)
{
	enum frame_next next = FRAME_ON;
	struct option_hit hit;

	options_init(words, set, argc, argv);
	while (next == FRAME_ON)
		switch (option_next(words, &hit, e)) {
		case OPTION_FOUND:
		case OPTION_OPERAND:
			next = take(arg, &hit, e);
			break;
		case OPTION_ERROR:
			return FRAME_FAILED;
		case OPTION_END:
			return FRAME_ON;
		}
	return next;
}

int frame_read(const struct option_set *set, int argc, char *const argv[], frame_take_fn take,
	       void *arg, int failed)
{
	struct options words;
	struct err e;

	switch (frame_options(&words, set, argc, argv, take, arg, &e)) {
	case FRAME_ON:
		return -1;
	case FRAME_DONE:
		return EXIT_SUCCESS;
	case FRAME_FAILED:
		break;
	}
	frame_say(set->program, "%s", e.text);
	return failed;
}

enum frame_next frame_stray_word(const struct option_hit *hit, struct err *e)
{
	(void)err_set(e, "\"%s\" belongs to no option", hit->name);
	return FRAME_FAILED;
}

static enum frame_next print(struct sv text, struct err *e)
{
	if (fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0)
		return FRAME_DONE;
	(void)err_sys(e, "cannot write the result");
	return FRAME_FAILED;
}

enum frame_next frame_help(const struct option_set *set, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(HELP_MAX);

	option_help(set, &text);
	return print(buf_view(&text), e);
}

enum frame_next frame_version(const struct option_set *set, struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(HELP_MAX);

	buf_printf(&text, "%s version " AURUM_VERSION "\n", set->program);
	return print(buf_view(&text), e);
}

int frame_finish(const char *program, FILE *file, const char *name)
{
	bool failed = ferror(file) != 0;

	errno = 0; /* what an earlier write failed with is not known any more */
	if ((file == stdout ? fflush(file) : fclose(file)) == 0 && !failed)
		return 0;
	frame_say(program, "cannot write %s: %s", name,
		  errno ? strerror(errno) : "a write before the last one failed");
	return -1;
}

unsigned frame_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}
