/*
 * Writes a board as a daemon would, for tests of who reads it:
 *
 *	board-make FILE [NAME:]ID=NUMBER...
 *
 * An ID is one of health/figure.def, of the recorder or the attendant, or with a NAME of a consumer.
 * Times and ages are seconds ago.
 */
#include "health/board.h"

#include "base/num.h"

#include <stdio.h>
#include <time.h>

#define NS UINT64_C(1000000000)

static uint64_t ago(clockid_t clock, uint64_t seconds)
{
	struct timespec ts;

	return clock_gettime(clock, &ts) == 0 ? ((uint64_t)ts.tv_sec - seconds) * NS : 0;
}

static bool set(const struct figure_rows *rows, void *figures, struct sv id, uint64_t value)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (!sv_eq(id, sv_cstr(rows->rows[i].id)))
			continue;
		if (rows->rows[i].type == FIGURE_AGE)
			value = ago(CLOCK_BOOTTIME, value);
		else if (rows->rows[i].type == FIGURE_TIME && value)
			value = ago(CLOCK_REALTIME, value);
		memcpy((char *)figures + i * sizeof(value), &value, sizeof(value));
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct health_attendant attendant;
	struct health_recorder recorder;
	struct health_consumer consumer;
	unsigned slot = 0;
	char last[64] = "";
	struct board b;
	struct err e;

	if (argc < 2 || board_create(&b, argv[1], 0, &e) != 0)
		return 2;
	health_recorder_init(&recorder);
	health_attendant_init(&attendant);
	health_consumer_init(&consumer);
	for (int i = 2; i < argc; i++) {
		struct sv name, id = sv_cstr(argv[i]), number;
		uint64_t value;

		if (!sv_cut(id, '=', &id, &number) || !num_u64(number, &value))
			return 2;
		if (sv_cut(id, ':', &name, &id)) {
			if (!sv_eq(name, sv_cstr(last)) && last[0]) {
				health_consumer_init(&consumer);
				slot++;
			}
			if (!sv_to_cstr(name, last, sizeof(last)) ||
			    !set(&health_consumer_rows, &consumer, id, value))
				return 2;
			board_put_consumer(&b, slot, last, &consumer);
		} else {
			id = name;
			if (!set(&health_recorder_rows, &recorder, id, value) &&
			    !set(&health_attendant_rows, &attendant, id, value))
				return 2;
		}
	}
	board_put_recorder(&b, &recorder);
	board_put_attendant(&b, &attendant);
	return 0;
}
