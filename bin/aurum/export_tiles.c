/* aurum export-tiles: the tree of a sealed log as files (C2SP tlog-tiles) in a folder. */
#include "aurum/prove.h"

#include "base/file.h"

#define LL(n) ((unsigned long long)(n))

static const struct option_row rows[] = {
#define OPTION(id, names, arg, value_name, help) {id, names, arg, value_name, help},
#include "aurum/export_tiles.def"
#undef OPTION
};
static const struct option_set set = {.program = "aurum export-tiles",
				      .usage = "[OPTION...] FOLDER [PATH]",
				      .summary = "Writes the signed tree of a sealed log, its "
						 "lines and its newest checkpoint as files that "
						 "any web server can serve (C2SP tlog-tiles). Exit "
						 "0: done, 1: the log is not what was signed, "
						 "2: what it needs is not there, 3: trouble.",
				      .style = OPTION_GETOPT,
				      .rows = rows,
				      .count = LEN(rows)};

struct request {
	struct sealed_choice choice;
	const char *folder;
};

static enum frame_next take(void *arg, const struct option_hit *hit, struct err *e)
{
	struct request *r = arg;

	if (hit->id == 'h')
		return frame_help(&set, e);
	if (sealed_option(&r->choice, hit))
		return FRAME_ON;
	if (r->folder && r->choice.path) {
		(void)err_set(e, "one log at a time: \"%s\" is another", hit->name);
		return FRAME_FAILED;
	}
	if (r->folder)
		r->choice.path = hit->name;
	else
		r->folder = hit->name;
	return FRAME_ON;
}

static enum prove_exit export_tiles(const struct request *r)
{
	struct prove_tiles tiles = {.size = 0};
	CLEAN_FD int folder = -1;
	struct sealed sealed;
	struct prove *p;
	struct err e = {0};
	enum prove_exit code = prove_begin("export-tiles", &r->choice, &sealed, &p);

	if (code == PROVE_EXIT_HOLDS) {
		folder = file_open_folder(r->folder, 0755, &e);
		code = prove_end("export-tiles",
				 folder < 0 ? PROVE_FAILED : prove_export(p, folder, &tiles, &e),
				 &e);
	}
	prove_close(p);
	if (code != PROVE_EXIT_HOLDS)
		return code;
	(void)printf("%llu files: the tree of %llu lines", LL(tiles.files), LL(tiles.size));
	if (tiles.first < tiles.size)
		(void)printf(", and the text of lines %llu to %llu\n", LL(tiles.first),
			     LL(tiles.size - 1));
	else
		(void)puts("");
	return frame_finish("aurum", stdout, "the result") == 0 ? code : PROVE_EXIT_TROUBLE;
}

int export_tiles_main(int argc, char **argv)
{
	struct request r = {.choice = {.program = "aurum", .config_dir = LOG_CONFIG_DIR}};
	int code = prove_options(&set, argc, argv, take, &r);

	if (code < 0 && !r.folder) {
		say("export-tiles: into which folder? `aurum export-tiles --help` says more");
		code = PROVE_EXIT_TROUBLE;
	}
	return code < 0 ? (int)export_tiles(&r) : code;
}
