/* A bar that is drawn over itself. A terminal that refuses it is not worth an error. */
#include "output/progress.h"

#include "base/clock.h"
#include "base/file.h"

#define FIRST_MS 1000
#define EVERY_MS 200
#define WIDTH    40

void progress_init(struct progress *p, int fd)
{
	*p = (struct progress){.fd = isatty(fd) ? fd : -1, .next_ms = clock_ms() + FIRST_MS};
	(void)pthread_mutex_init(&p->lock, NULL);
}

static void put(const struct progress *p, struct sv text)
{
	(void)!file_write(p->fd, text);
}

static void draw(struct progress *p, uint64_t done, uint64_t total)
{
	char bytes[128];
	struct buf text = {.p = bytes, .cap = sizeof(bytes), .max = sizeof(bytes)};
	unsigned percent = total ? (unsigned)((double)done * 100 / (double)total) : 100;

	if (percent > 100)
		percent = 100;
	buf_puts(&text, "\r[");
	for (unsigned i = 0; i < WIDTH; i++)
		buf_putc(&text, i * 100 < percent * WIDTH ? '#' : ' ');
	buf_printf(&text, "] %3u %%", percent);
	put(p, buf_view(&text));
}

void progress_show(struct progress *p, uint64_t done, uint64_t total)
{
	int64_t now;

	if (p->fd < 0)
		return;
	now = clock_ms();
	(void)pthread_mutex_lock(&p->lock);
	if (now >= p->next_ms) {
		draw(p, done, total);
		p->shown = true;
		p->next_ms = now + EVERY_MS;
	}
	(void)pthread_mutex_unlock(&p->lock);
}

void progress_clear(struct progress *p)
{
	if (p->fd < 0)
		return;
	(void)pthread_mutex_lock(&p->lock);
	if (p->shown)
		put(p, SV("\r\033[K"));
	p->shown = false;
	(void)pthread_mutex_unlock(&p->lock);
}

void progress_release(struct progress *p)
{
	progress_clear(p);
	(void)pthread_mutex_destroy(&p->lock);
}
