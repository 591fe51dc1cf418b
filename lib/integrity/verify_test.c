#include "base/test.h"

#include "integrity/folder.h"
#include "integrity/forge_test.h"

#include <ftw.h>
#include <time.h>
#include <unistd.h>

#define VERIFY_LINE ((size_t)4 << 20) /* longer than any that auditd writes */

static char folder[] = "/tmp/verify-test.XXXXXX";
static char log_path[64];

/* ---- the stage ---- */

static int unlink_it(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level ? remove(path) : 0;
}

static int empty(void **state)
{
	(void)state;
	return nftw(folder, unlink_it, 16, FTW_DEPTH | FTW_PHYS);
}

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(log_path, sizeof(log_path), "%s/audit.log", folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* Three files, two starts, hand-overs, a stop. */
static void make_with(struct forge *f, bool keeps_leaves)
{
	forge_init(f, 7);
	f->keeps_leaves = keeps_leaves;
	forge_start(f, SEAL_FIRST);
	forge_lines(f, 100);
	forge_checkpoint(f);
	forge_handover(f);
	forge_lines(f, 300);
	forge_rotate(f);
	forge_lines(f, 200);
	forge_checkpoint(f);
	forge_lines(f, 77);
	forge_stop(f);
	forge_start(f, SEAL_CLEAN);
	forge_lines(f, 50);
	forge_checkpoint(f);
	forge_handover(f);
	forge_handover(f);
	forge_rotate(f);
	forge_lines(f, 600);
	forge_stop(f);
}

static void make(struct forge *f)
{
	make_with(f, true);
}

static void print(const struct verify_result *r)
{
	for (size_t i = 0; i < r->doubts.count; i++)
		print_message("# %s: %s\n", doubt_word(r->doubts.list[i].kind),
			      r->doubts.list[i].text);
	print_message("# verdict %d, end %d, lines %llu to %llu of %llu, change %s\n", r->verdict,
		      r->ends, (unsigned long long)r->first, (unsigned long long)r->end,
		      (unsigned long long)r->size, verify_change_word(r->bad.change));
}

static enum verify_verdict verdict(const struct verify_options *o, struct verify_result *r)
{
	struct err e = {0};

	if (verify_run(o, r, &e) != 0) {
		print_message("# %s\n", e.text);
		fail();
	}
	print(r);
	return r->verdict;
}

static enum verify_verdict look(const struct forge *f, struct verify_result *r)
{
	const struct verify_options o = forge_options(f, log_path);

	return verdict(&o, r);
}

static const struct doubt *doubt_of(const struct verify_result *r, enum doubt_kind kind)
{
	for (size_t i = 0; i < r->doubts.count; i++)
		if (r->doubts.list[i].kind == kind)
			return &r->doubts.list[i];
	return NULL;
}

/* ---- changing files ---- */

static void path_of(const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%s", folder, name);
}

static void get(const char *name, struct buf *out)
{
	char path[256];

	path_of(name, path);
	*out = BUF_INIT(FORGE_BYTES);
	assert_int_equal(file_read(path, out, NULL), 0);
}

static void put(const char *name, struct sv bytes)
{
	forge_put(folder, name, bytes);
}

static void drop(const char *name)
{
	char path[256];

	path_of(name, path);
	assert_int_equal(remove(path), 0);
}

static void rename_it(const char *from, const char *to)
{
	char x[256], y[256];

	path_of(from, x);
	path_of(to, y);
	assert_int_equal(rename(x, y), 0);
}

/* Replaces bytes [from, to) of a file. */
static void splice_file(const char *name, size_t from, size_t to, struct sv with)
{
	struct buf was, is = BUF_INIT(FORGE_BYTES);

	get(name, &was);
	buf_put(&is, sv_head(buf_view(&was), from));
	buf_put(&is, with);
	buf_put(&is, sv_from(buf_view(&was), to));
	put(name, buf_view(&is));
	buf_release(&was);
	buf_release(&is);
}

static void flip(const char *name, size_t at, unsigned bit)
{
	struct buf b;

	get(name, &b);
	assert_true(at < b.n);
	b.p[at] = (char)(b.p[at] ^ (1 << bit));
	put(name, buf_view(&b));
	buf_release(&b);
}

static void line_of(const char *name, size_t line, size_t *from, size_t *to)
{
	struct buf b;
	struct sv rest, l;
	size_t n = 0;

	get(name, &b);
	for (rest = buf_view(&b); sv_line(&rest, &l) && n < line; n++)
		;
	assert_int_equal(n, line);
	*from = (size_t)(l.p - b.p);
	*to = *from + l.n + 1;
	buf_release(&b);
}

/* ---- edits of lines: files of make() are audit.log.2 (0 to 399), .1 (400 to 726), audit.log (727 to 1326) ---- */

static void delete_line(void)
{
	size_t from, to;

	line_of("audit.log.1", 10, &from, &to);
	splice_file("audit.log.1", from, to, SV_EMPTY);
}

static void delete_lines(void)
{
	size_t from, to, end;

	line_of("audit.log.1", 300, &from, &to);
	line_of("audit.log.1", 305, &to, &end);
	splice_file("audit.log.1", from, end, SV_EMPTY);
}

static void delete_oldest(void)
{
	drop("audit.log.2");
}

static void delete_middle(void)
{
	drop("audit.log.1");
	rename_it("audit.log.2", "audit.log.1");
}

static void delete_newest(void)
{
	drop("audit.log");
	rename_it("audit.log.1", "audit.log");
	rename_it("audit.log.2", "audit.log.1");
}

static void modify_line(void)
{
	size_t from, to;

	line_of("audit.log", 500, &from, &to);
	splice_file("audit.log", from + 5, from + 6, SV("Z"));
}

static void modify_lines(void)
{
	modify_line();
	delete_line();
}

static void insert_line(void)
{
	size_t from, to;

	line_of("audit.log.2", 0, &from, &to);
	splice_file("audit.log.2", from, from, SV("type=LOGIN msg=audit(1.000:1): forged\n"));
}

static void double_line(void)
{
	struct buf b;
	size_t from, to;

	line_of("audit.log", 3, &from, &to);
	get("audit.log", &b);
	splice_file("audit.log", to, to, sv_make(b.p + from, to - from));
	buf_release(&b);
}

/* Lines a and b of a file; b is behind a. */
static void swap_in(const char *name, size_t a, size_t b)
{
	struct buf is = BUF_INIT(FORGE_BYTES), was;
	size_t from, to, other, end;

	line_of(name, a, &from, &to);
	line_of(name, b, &other, &end);
	get(name, &was);
	buf_put(&is, sv_make(was.p + other, end - other));
	buf_put(&is, sv_make(was.p + to, other - to));
	buf_put(&is, sv_make(was.p + from, to - from));
	splice_file(name, from, end, buf_view(&is));
	buf_release(&was);
	buf_release(&is);
}

static void swap_lines(void)
{
	swap_in("audit.log", 20, 300);
}

static void swap_neighbours(void)
{
	swap_in("audit.log.2", 7, 8);
}

static void move_line_on(void)
{
	struct buf b;
	size_t from, to, at, end;

	get("audit.log", &b);
	line_of("audit.log", 20, &from, &to);
	line_of("audit.log", 30, &at, &end);
	splice_file("audit.log", end, end, sv_make(b.p + from, to - from));
	splice_file("audit.log", from, to, SV_EMPTY);
	buf_release(&b);
}

static void move_line_back(void)
{
	struct buf b;
	size_t from, to, at, end;

	get("audit.log", &b);
	line_of("audit.log", 20, &at, &end);
	line_of("audit.log", 30, &from, &to);
	splice_file("audit.log", from, to, SV_EMPTY);
	splice_file("audit.log", at, at, sv_make(b.p + from, to - from));
	buf_release(&b);
}

static void move_over_border(void)
{
	struct buf b;
	size_t from, to;

	get("audit.log", &b);
	line_of("audit.log", 0, &from, &to);
	splice_file("audit.log.1", SIZE_MAX, SIZE_MAX, sv_make(b.p, to));
	splice_file("audit.log", 0, to, SV_EMPTY);
	buf_release(&b);
}

static void join_lines(void)
{
	size_t from, to;

	line_of("audit.log.1", 50, &from, &to);
	splice_file("audit.log.1", to - 1, to, SV_EMPTY);
}

static void split_line(void)
{
	size_t from, to;

	line_of("audit.log.1", 50, &from, &to);
	splice_file("audit.log.1", from + 9, from + 9, SV("\n"));
}

static void cut_tail(void)
{
	size_t from, to;

	line_of("audit.log", 590, &from, &to);
	splice_file("audit.log", from, SIZE_MAX, SV_EMPTY);
}

static void swap_files(void)
{
	rename_it("audit.log.1", "x");
	rename_it("audit.log.2", "audit.log.1");
	rename_it("x", "audit.log.2");
}

static void put_nul(void)
{
	size_t from, to;

	line_of("audit.log.2", 100, &from, &to);
	splice_file("audit.log.2", from, from, sv_make("\0\0\0", 3));
}

static void end_inside_a_line(void)
{
	struct buf b;

	get("audit.log.1", &b);
	splice_file("audit.log.1", b.n - 1, b.n, SV_EMPTY);
	buf_release(&b);
}

static void add_a_file(void)
{
	put("audit.log.3", SV("type=LOGIN msg=audit(1.000:1): forged\n"));
}

static const struct {
	const char *name;
	void (*edit)(void);
	enum verify_change change;
	enum doubt_kind kind;
	uint64_t from, to;
} edits[] = {
	{"a line is deleted", delete_line, VERIFY_DELETED, DOUBT_LINES_MISSING, 410, 411},
	{"lines are deleted", delete_lines, VERIFY_DELETED, DOUBT_LINES_MISSING, 700, 706},
	{"the oldest file", delete_oldest, VERIFY_FILE_MISSING, DOUBT_LINES_MISSING, 0, 400},
	{"a file in the middle", delete_middle, VERIFY_FILE_MISSING, DOUBT_LINES_MISSING, 400, 727},
	{"the newest file", delete_newest, VERIFY_FILE_MISSING, DOUBT_LINES_MISSING, 727, 1327},
	{"a line is modified", modify_line, VERIFY_MODIFIED, DOUBT_LINES_CHANGED, 1227, 1228},
	{"the first of two edits", modify_lines, VERIFY_DELETED, DOUBT_LINES_MISSING, 410, 411},
	{"a line is inserted", insert_line, VERIFY_INSERTED, DOUBT_LINES_CHANGED, 0, 0},
	{"a line is doubled", double_line, VERIFY_DUPLICATED, DOUBT_LINES_CHANGED, 731, 731},
	{"two lines are swapped", swap_lines, VERIFY_SWAPPED, DOUBT_LINES_CHANGED, 747, 1028},
	{"neighbours are swapped", swap_neighbours, VERIFY_SWAPPED, DOUBT_LINES_CHANGED, 7, 9},
	{"a line is moved on", move_line_on, VERIFY_MOVED, DOUBT_LINES_CHANGED, 747, 758},
	{"a line is moved back", move_line_back, VERIFY_MOVED, DOUBT_LINES_CHANGED, 747, 758},
	{"lines are joined", join_lines, VERIFY_JOINED, DOUBT_LINES_CHANGED, 450, 452},
	{"a line is split", split_line, VERIFY_SPLIT, DOUBT_LINES_CHANGED, 450, 451},
	{"the end is cut off", cut_tail, VERIFY_TRUNCATED, DOUBT_LINES_MISSING, 1317, 1327},
	{"files are swapped", swap_files, VERIFY_FILES_SWAPPED, DOUBT_LINES_CHANGED, 0, 400},
	{"NUL bytes in a line", put_nul, VERIFY_MODIFIED, DOUBT_LINES_CHANGED, 100, 101},
	{"a file ends inside a line", end_inside_a_line, VERIFY_DELETED, DOUBT_LINES_MISSING, 726,
	 727},
};

/* Of a copy identities say nothing: files are told by their size, first line and order. */
static void each_edit_is_named(bool knows, bool keeps_leaves)
{
	for (size_t i = 0; i < LEN(edits); i++) {
		struct verify_result r;
		const struct doubt *d;
		struct forge f;

		print_message("# %s\n", edits[i].name);
		make_with(&f, keeps_leaves);
		forge_write_as(&f, folder, knows);
		edits[i].edit();
		assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
		d = doubt_of(&r, edits[i].kind);
		if (keeps_leaves) {
			assert_non_null(d);
			assert_int_equal(r.bad.change, edits[i].change);
			assert_true(r.bad.is_exact);
			assert_int_equal(d->from, edits[i].from);
			assert_int_equal(d->to, edits[i].to);
		} else {
			assert_int_not_equal(r.bad.change, VERIFY_SAME);
			assert_true(r.bad.from <= edits[i].from);
			assert_true(r.bad.to > edits[i].from);
		}
		forge_release(&f);
		assert_int_equal(empty(NULL), 0);
	}
}

/* ---- tests ---- */

static void an_untouched_log_is_proven(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	assert_int_equal(r.ends, VERIFY_END_STOP);
	assert_int_equal(r.end, 1327);
	assert_int_equal(r.first, 0);
	assert_int_equal(r.doubts.count, 0);
	forge_release(&f);
}

static void a_copy_and_one_without_leaves_are_proven(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make_with(&f, false);
	forge_write_as(&f, folder, false);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void each_edit_of_lines_is_found_and_named(void **state)
{
	(void)state;
	each_edit_is_named(true, true);
}

static void each_edit_of_a_copy_is_found_and_named(void **state)
{
	(void)state;
	each_edit_is_named(false, true);
}

static void without_leaves_the_block_of_an_edit_is_named(void **state)
{
	(void)state;
	each_edit_is_named(true, false);
}

static void a_line_that_was_moved_into_another_file_is_found(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	move_over_border();
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_FILES_MOVED));
	forge_release(&f);
}

static void a_file_in_front_of_the_seal_is_not_proven(void **state)
{
	struct verify_result r;
	struct verify_options o;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	add_a_file();
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEFORE));
	o = forge_options(&f, log_path);
	o.has_from = true;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	/* Who reads the log reads the last line of a file also where it has no end. */
	put("audit.log.3", SV("type=USER msg=audit(1.000:1): x"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEFORE));
	forge_release(&f);
}

/* Each byte of a log once. */
static void each_flipped_byte_is_found_in_its_line(void **state)
{
	struct buf b, now;
	struct verify_result r;
	struct verify_options o;
	struct forge f;
	uint64_t line = 0;

	(void)state;
	forge_init(&f, 9);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 12);
	forge_stop(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.threads = 1;
	get("audit.log", &b);
	now = BUF_INIT(FORGE_BYTES);
	buf_put(&now, buf_view(&b));
	for (size_t i = 0; i < b.n; i++) {
		now.p[i] = (char)(b.p[i] ^ (1 << i % 8));
		put("audit.log", buf_view(&now));
		assert_int_equal(verify_run(&o, &r, NULL), 0);
		assert_int_equal(r.verdict, VERIFY_TAMPERED);
		assert_int_equal(r.bad.from, line);
		now.p[i] = b.p[i];
		line += b.p[i] == '\n';
	}
	buf_release(&b);
	buf_release(&now);
	forge_release(&f);
}

static void a_log_cut_anywhere_is_tampered_with_while_its_evidence_is_whole(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;
	struct buf b;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	get("audit.log", &b);
	for (size_t n = 0; n < b.n; n += 997) {
		put("audit.log", sv_make(b.p, n));
		assert_int_equal(verify_run(&o, &r, NULL), 0);
		assert_int_equal(r.verdict, VERIFY_TAMPERED);
	}
	buf_release(&b);
	forge_release(&f);
}

/* At each point where it was signed; nobody but the outside knows that it went on. */
static void a_log_cut_with_its_evidence_is_never_proven(void **state)
{
	struct buf kept = BUF_INIT(4096);
	struct verify_result r;
	struct forge f, whole;

	(void)state;
	make(&whole);
	buf_put(&kept, buf_view(&whole.checkpoint));
	for (unsigned at = 0; at < 3; at++) {
		struct verify_kept k = {"kept", buf_view(&kept)};
		struct verify_options o;

		forge_init(&f, 7);
		forge_start(&f, SEAL_FIRST);
		forge_lines(&f, 100);
		forge_checkpoint(&f);
		if (at > 0)
			forge_handover(&f);
		if (at > 1) {
			forge_lines(&f, 300);
			forge_rotate(&f);
		}
		forge_write(&f, folder);
		f.anchor = whole.anchor;
		o = forge_options(&f, log_path);
		o.anchor = NULL;
		assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
		assert_non_null(doubt_of(&r, DOUBT_END_OPEN));
		o.kept = &k;
		o.kept_count = 1;
		assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
		assert_non_null(doubt_of(&r, DOUBT_CHECKPOINT_OTHER));
		assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
		assert_non_null(doubt_of(&r, DOUBT_ANCHOR_AHEAD));
		forge_release(&f);
		assert_int_equal(empty(NULL), 0);
	}
	forge_release(&whole);
	buf_release(&kept);
}

static void a_kept_checkpoint_vouches_for_the_end_only_if_it_is_of_all_lines(void **state)
{
	struct buf early = BUF_INIT(4096), last = BUF_INIT(4096);
	struct verify_kept k[1] = {{"kept", SV_EMPTY}};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	buf_put(&early, buf_view(&f.checkpoint));
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	buf_put(&last, buf_view(&f.checkpoint));
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.kept = k;
	o.kept_count = 1;
	k[0].note = buf_view(&early);
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	k[0].note = buf_view(&last);
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	assert_int_equal(r.ends, VERIFY_END_CHECKPOINT);
	forge_lines(&f, 1);
	forge_write(&f, folder);
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_UNSEALED));
	k[0].note = SV("no note");
	assert_int_equal(verify_run(&o, &r, NULL), -1);
	buf_release(&early);
	buf_release(&last);
	forge_release(&f);
}

/* Of lines that policy has removed since. */
static void a_kept_checkpoint_of_lines_that_are_gone_is_told_and_vouches_for_nothing(void **state)
{
	struct buf gone = BUF_INIT(4096), border = BUF_INIT(4096);
	struct verify_kept k[2] = {{"friday", SV_EMPTY}, {"monday", SV_EMPTY}};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 333);
	forge_checkpoint(&f);
	buf_put(&gone, buf_view(&f.checkpoint));
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	buf_put(&border, buf_view(&f.checkpoint));
	forge_rotate(&f);
	forge_lines(&f, 10);
	forge_prune(&f, 1, true);
	forge_stop(&f);
	forge_write(&f, folder);
	k[0].note = buf_view(&gone);
	k[1].note = buf_view(&border);
	o = forge_options(&f, log_path);
	o.kept = k;
	o.kept_count = 2;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.doubts.count, 1);
	assert_int_equal(doubt_of(&r, DOUBT_CHECKPOINT_PRUNED)->from, 333);
	assert_int_equal(doubt_of(&r, DOUBT_CHECKPOINT_PRUNED)->to, 433);
	assert_int_equal(r.ends, VERIFY_END_STOP);
	/* The tree in front of the first line is known. */
	o.kept = k + 1;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	o.kept = k;
	o.anchor = NULL;
	o.key = &f.enrolment;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.ends, VERIFY_END_OPEN);
	buf_release(&gone);
	buf_release(&border);
	forge_release(&f);
}

/* Lines that were asked for end before it; it is held to the log all the same. */
static void a_kept_checkpoint_is_looked_at_behind_what_is_asked_for(void **state)
{
	struct verify_kept k = {"kept", SV_EMPTY};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.has_to = true;
	o.to = 50;
	modify_line();
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	k.note = buf_view(&f.checkpoint);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	forge_write(&f, folder);
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void the_stolen_key_of_the_next_start_gives_no_proof(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_handover(&f);
	{
		struct seal_anchor anchor = f.anchor; /* what follows here was cut off */

		forge_start(&f, SEAL_UNCLEAN);
		forge_lines(&f, 50);
		forge_stop(&f);
		f.anchor = anchor;
	}
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_WINDOW));
	assert_non_null(doubt_of(&r, DOUBT_ANCHOR_BEHIND));
	forge_release(&f);
}

/* The chain stays; lines and checkpoints are made anew with the newest key. */
static void history_sealed_anew_with_the_newest_key_is_forged(void **state)
{
	struct verify_kept k = {"kept", SV_EMPTY};
	struct verify_options o;
	struct verify_result r;
	struct forge f, other;
	struct seal_commit c, wrong;

	(void)state;
	make(&f);
	forge_init(&other, 7);
	other.random++;
	forge_start(&other, SEAL_FIRST);
	forge_lines(&other, 100);
	memcpy(other.epoch_seed, f.epoch_seed, 32);
	other.epoch = f.epoch;
	forge_checkpoint(&other); /* of other lines, by the newest key */
	assert_true(seal_commit_unpack((const uint8_t *)f.commits.p + SEAL_COMMIT_BYTES, &c));
	assert_true(seal_commit_unpack(
		(const uint8_t *)other.commits.p + other.commits.n - SEAL_COMMIT_BYTES, &wrong));
	assert_int_equal(c.size, wrong.size);
	forge_write(&f, folder);
	splice_file(
		"integrity/commits", SEAL_COMMIT_BYTES, SEAL_COMMIT_BYTES * 2,
		sv_make(other.commits.p + other.commits.n - SEAL_COMMIT_BYTES, SEAL_COMMIT_BYTES));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_COMMIT_CHANGED));
	assert_non_null(strstr(doubt_of(&r, DOUBT_COMMIT_CHANGED)->text, "may sign for"));
	assert_int_equal(r.bad.change, VERIFY_SAME); /* the lines are as signed */
	/* As one that somebody says was kept elsewhere, too. */
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	k.note = buf_view(&other.checkpoint);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_CHECKPOINT_OTHER));
	forge_release(&f);
	forge_release(&other);
}

/* Each signature counts, also of what no note behind it vouches for. */
static void a_checkpoint_without_its_signature_is_none(void **state)
{
	uint8_t record[SEAL_COMMIT_BYTES];
	struct verify_result r;
	struct seal_commit c;
	struct forge f;
	size_t at;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_lines(&f, 50);
	forge_checkpoint(&f);
	at = f.commits.n - SEAL_COMMIT_BYTES;
	assert_true(seal_commit_unpack((const uint8_t *)f.commits.p + at, &c));
	c.signature[7] ^= 1;
	seal_commit_pack(&c, record);
	forge_write(&f, folder);
	drop("integrity/checkpoint");
	splice_file("integrity/commits", at, SIZE_MAX,
		    sv_make((const char *)record, sizeof(record)));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(strstr(doubt_of(&r, DOUBT_COMMIT_CHANGED)->text, "is not signed"));
	assert_int_equal(r.size, 100);
	forge_release(&f);
}

static void a_kept_checkpoint_finds_what_the_running_key_signed_anew(void **state)
{
	struct verify_kept k = {"kept", SV_EMPTY};
	struct verify_options o;
	struct verify_result r;
	struct forge f, other;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_init(&other, 7);
	forge_start(&other, SEAL_FIRST); /* the same keys */
	other.random++;
	forge_lines(&other, 120);
	forge_checkpoint(&other);
	forge_write(&other, folder);
	assert_int_equal(look(&other, &r), VERIFY_INCOMPLETE);
	k.note = buf_view(&f.checkpoint);
	o = forge_options(&other, log_path);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_LINES_CHANGED));
	forge_release(&f);
	forge_release(&other);
}

static void a_note_that_is_there_twice_is_none(void **state)
{
	struct seal_step s = {.kind = SEAL_PRUNED, .reason = SV("space")};
	struct verify_result r;
	struct buf once;
	struct forge f;
	size_t at;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 10);
	at = f.keys.n;
	forge_note(&f, &s, f.epoch_seed, SEAL_COMMIT_PRUNED);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	get("integrity/keys", &once);
	splice_file("integrity/keys", SIZE_MAX, SIZE_MAX, sv_from(buf_view(&once), at));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_KEYS_BROKEN));
	buf_release(&once);
	forge_release(&f);
}

static void an_anchor_of_another_chain_is_found_out(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_END_OPEN));
	f.anchor.next.b[3] ^= 1;
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_ANCHOR_AHEAD));
	forge_release(&f);
}

/* Lines that were written with the key of the running epoch are as good as any; those before are not. */
static void the_running_key_can_forge_its_own_epoch_only(void **state)
{
	struct verify_result r;
	struct verify_kept k;
	struct verify_options o;
	struct forge f;
	size_t from, to;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_handover(&f);
	forge_line(&f, SV("type=USER msg=audit(1764000000.000:1): forged"));
	forge_checkpoint(&f);
	forge_write(&f, folder);
	k = (struct verify_kept){"kept", buf_view(&f.checkpoint)};
	o = forge_options(&f, log_path);
	o.kept = &k;
	o.kept_count = 1;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	line_of("audit.log", 99, &from, &to);
	splice_file("audit.log", from, from + 1, SV("x"));
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_int_equal(r.bad.from, 99);
	forge_release(&f);
}

static void cut_note(size_t which)
{
	struct sv rest, note;
	struct buf b;

	get("integrity/keys", &b);
	rest = buf_view(&b);
	for (size_t i = 0; i <= which; i++)
		assert_int_equal(seal_note_next(&rest, &note), SEAL_CUT_NOTE);
	splice_file("integrity/keys", (size_t)(note.p - b.p), (size_t)(rest.p - b.p), SV_EMPTY);
	buf_release(&b);
}

static void a_note_that_is_missing_breaks_the_chain(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < 11; i++) {
		forge_write(&f, folder);
		cut_note(i);
		assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	}
	forge_release(&f);
}

static void a_log_without_evidence_is_never_proven(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	rename_it("integrity", "elsewhere");
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_NO_EVIDENCE));
	/* The host remembers that it was sealed. */
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_ANCHOR_AHEAD));
	forge_folder(folder, "integrity");
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	drop("audit.log");
	drop("audit.log.1");
	drop("audit.log.2");
	drop("integrity");
	assert_int_equal(verify_run(&o, &r, NULL), -1);
	forge_release(&f);
}

static void each_file_of_evidence_that_is_missing_is_missed(void **state)
{
	static const struct {
		const char *name;
		enum verify_verdict verdict;
	} files[] = {
		{"integrity/enrolment", VERIFY_INCOMPLETE},
		{"integrity/keys", VERIFY_TAMPERED}, /* the anchor knows of starts */
		{"integrity/commits", VERIFY_INCOMPLETE},
		{"integrity/segments", VERIFY_INCOMPLETE},
		{"integrity/level0/00000000", VERIFY_PROVEN}, /* nothing rests on them */
		{"integrity/level1/00000000", VERIFY_PROVEN},
		{"integrity/checkpoint", VERIFY_PROVEN},
	};
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < LEN(files); i++) {
		forge_write(&f, folder);
		drop(files[i].name);
		print_message("# %s\n", files[i].name);
		assert_int_equal(look(&f, &r), files[i].verdict);
	}
	forge_release(&f);
}

static void a_flipped_bit_of_evidence_is_found(void **state)
{
	static const char *const names[] = {
		"integrity/enrolment",       "integrity/keys",
		"integrity/commits",         "integrity/checkpoint",
		"integrity/level0/00000000", "integrity/level1/00000000"};
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < LEN(names); i++) {
		struct buf b;

		forge_write(&f, folder);
		o = forge_options(&f, log_path);
		get(names[i], &b);
		for (size_t at = 0; at < b.n; at += 1 + b.n / 23) {
			flip(names[i], at, at % 8);
			assert_int_equal(verify_run(&o, &r, NULL), 0);
			assert_int_not_equal(r.verdict, VERIFY_PROVEN);
			put(names[i], buf_view(&b));
		}
		buf_release(&b);
	}
	forge_release(&f);
}

/* No memory and no time go into what cannot be notes. */
static void keys_that_are_endless_are_not_read(void **state)
{
	char path[256];
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	path_of("integrity/keys", path);
	assert_int_equal(truncate(path, (off_t)3 << 30), 0);
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_KEYS_BROKEN));
	assert_int_equal(truncate(path, (off_t)9 << 30), 0);
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_KEYS_LONG));
	forge_release(&f);
}

static void another_key_is_found_out(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f, other;

	(void)state;
	make(&f);
	forge_init(&other, 8);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.anchor = NULL;
	o.key = &other.enrolment;
	assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_OTHER_KEY));
	o.key = NULL;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_KEY_NOT_OUTSIDE));
	o.anchor = &f.anchor;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	assert_int_equal(r.trust, EVIDENCE_TRUST_ANCHOR);
	forge_release(&f);
	forge_release(&other);
}

static void policy_removes_files_with_a_signature(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	for (int is_signed = 0; is_signed < 2; is_signed++) {
		forge_init(&f, 7);
		forge_start(&f, SEAL_FIRST);
		forge_lines(&f, 333);
		forge_rotate(&f);
		forge_lines(&f, 444);
		forge_rotate(&f);
		forge_lines(&f, 111);
		forge_rotate(&f);
		forge_lines(&f, 10);
		forge_prune(&f, 2, is_signed);
		forge_stop(&f);
		forge_write_as(&f, folder, is_signed);
		assert_int_equal(look(&f, &r), is_signed ? VERIFY_PROVEN : VERIFY_TAMPERED);
		assert_int_equal(r.first, 777);
		if (!is_signed)
			assert_int_equal(r.bad.change, VERIFY_FILE_MISSING);
		if (is_signed) {
			struct verify_options o = forge_options(&f, log_path);

			o.has_to = true;
			o.to = 10;
			assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
			assert_non_null(doubt_of(&r, DOUBT_LINES_PRUNED));
			flip("integrity/level1/00000000", 40, 1);
			assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
			drop("integrity/level1/00000000");
			assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
		}
		forge_release(&f);
		assert_int_equal(empty(NULL), 0);
	}
}

static void an_unclean_start_is_incomplete_where_it_was(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_start(&f, SEAL_UNCLEAN);
	forge_lines(&f, 20); /* were found there */
	forge_checkpoint(&f);
	forge_lines(&f, 50);
	forge_stop(&f);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.doubts.count, 1);
	assert_int_equal(doubt_of(&r, DOUBT_WINDOW)->from, 100);
	assert_int_equal(doubt_of(&r, DOUBT_WINDOW)->to, 120);
	o = forge_options(&f, log_path);
	o.has_to = true;
	o.to = 100;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	o.to = 101;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	o.has_to = false;
	o.has_from = true;
	o.from = 120;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void a_running_daemon_vouches_for_the_end(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;
	int dir, lock;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_lines(&f, 3);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_int_equal(r.unsealed, 3);
	assert_int_equal(integrity_open(log_path, &dir, NULL), INTEGRITY_OPEN);
	lock = integrity_lock(dir, NULL);
	assert_true(lock >= 0);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	assert_int_equal(r.ends, VERIFY_END_LIVE);
	assert_int_equal(r.unsealed, 3);
	/* It may be about to write a line, a record and a note. */
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=SYS"));
	splice_file("integrity/commits", SIZE_MAX, SIZE_MAX, SV("ALC1"));
	splice_file("integrity/keys", SIZE_MAX, SIZE_MAX, SV("audit.ex"));
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	o = forge_options(&f, log_path);
	o.now = f.seconds + EVIDENCE_FRESH_S + 1;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	o.now = f.seconds - EVIDENCE_FRESH_S - 1;
	assert_int_equal(verdict(&o, &r), VERIFY_INCOMPLETE);
	(void)close(lock);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	(void)close(dir);
	forge_release(&f);
}

/* As above, but the newest signature is of a time that the files' change is far behind. */
static void what_a_running_daemon_has_not_signed_for_long_is_not_its_own(void **state)
{
	struct verify_result r;
	struct forge f;
	int dir, lock;

	(void)state;
	forge_init(&f, 7);
	f.seconds = (uint64_t)time(NULL) + 4 * (uint64_t)EVIDENCE_FRESH_S;
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_write(&f, folder);
	assert_int_equal(integrity_open(log_path, &dir, NULL), INTEGRITY_OPEN);
	lock = integrity_lock(dir, NULL);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=USER"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_TAIL_CUT));
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV(" msg=audit(1.000:1): x\n"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_int_equal(doubt_of(&r, DOUBT_LINES_UNSEALED)->from, 100);
	(void)close(lock);
	(void)close(dir);
	forge_release(&f);
}

static void a_running_daemon_has_records_of_what_it_signed(void **state)
{
	struct verify_result r;
	struct forge f;
	int dir, lock;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_lines(&f, 100);
	forge_rotate(&f);
	forge_lines(&f, 100);
	forge_checkpoint(&f);
	forge_write(&f, folder);
	assert_int_equal(integrity_open(log_path, &dir, NULL), INTEGRITY_OPEN);
	lock = integrity_lock(dir, NULL);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	/* Of the second file it has not, and nobody knows where that began. */
	splice_file("integrity/segments", SEAL_PLACE_BYTES, SIZE_MAX, SV(""));
	move_over_border();
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_SEGMENTS_CUT));
	drop("integrity/segments");
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_SEGMENTS_CUT));
	(void)close(lock);
	(void)close(dir);
	forge_release(&f);
}

static void lines_behind_a_stop_are_forged(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=USER msg=audit(1.000:1): x\n"));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_int_equal(doubt_of(&r, DOUBT_LINES_BEYOND)->from, 1327);
	forge_write(&f, folder);
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, SV("type=USER"));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	forge_release(&f);
}

/* A line that is longer than what is read at a time hides nothing behind it. */
static void overlong_lines_hide_nothing(void **state)
{
	static char text[VERIFY_LINE + 64];
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	memset(text, 'x', VERIFY_LINE);
	memcpy(text + VERIFY_LINE, "\ntype=LOGIN msg=audit(1.000:1): forged\n", 40);
	put("audit.log.3", sv_make(text, VERIFY_LINE + 40));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEFORE));
	drop("audit.log.3");
	splice_file("audit.log", SIZE_MAX, SIZE_MAX, sv_make(text, VERIFY_LINE + 40));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_non_null(doubt_of(&r, DOUBT_LINES_BEYOND));
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	o.has_to = true;
	o.to = 5;
	assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void strange_files_are_told(void **state)
{
	char path[256], target[256];
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	put("audit.log.7", SV("type=LOGIN msg=audit(1.000:1): forged\n")); /* behind a gap */
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	assert_non_null(doubt_of(&r, DOUBT_FILE_UNKNOWN));
	drop("audit.log.7");
	put("forged", SV("type=LOGIN msg=audit(1.000:1): forged\n"));
	path_of("audit.log.3", path);
	path_of("forged", target);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	drop("audit.log.3");
	{
		char again[256];

		path_of("audit.log.1", again);
		assert_int_equal(link(again, path), 0); /* other programs would read it twice */
		assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
		drop("audit.log.3");
	}
	put("audit.log-00000001.zst", SV("\x28\xb5\x2f\xfd no segment"));
	assert_int_equal(look(&f, &r), VERIFY_INCOMPLETE);
	drop("audit.log-00000001.zst");
	put("audit.log.3", SV_EMPTY); /* has no line that could be forged */
	put("audit.log.x", SV("not of the log\n"));
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	forge_release(&f);
}

static void empty_lines_and_any_bytes_are_lines(void **state)
{
	static char long_line[VERIFY_LINE + 1];
	struct verify_result r;
	struct forge f;

	(void)state;
	memset(long_line, 'x', sizeof(long_line));
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	forge_line(&f, SV(""));
	forge_line(&f, sv_make("\0\0\r\xff", 4));
	forge_line(&f, SV(""));
	forge_rotate(&f);
	forge_rotate(&f); /* a file without a line */
	forge_line(&f, sv_make(long_line, 100000));
	forge_stop(&f);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	splice_file("audit.log", 0, 0, sv_make(long_line, sizeof(long_line)));
	assert_int_equal(look(&f, &r), VERIFY_TAMPERED);
	assert_int_equal(r.bad.from, 3);
	forge_release(&f);
}

/* More lines than a share holds, blocks of every alignment, many checkpoints. */
static void large_logs_are_proven_by_any_number_of_threads(void **state)
{
	struct verify_options o;
	struct verify_result r;
	struct forge f;

	(void)state;
	forge_init(&f, 7);
	forge_start(&f, SEAL_FIRST);
	for (unsigned i = 0; i < 60; i++) {
		forge_lines(&f, forge_random(&f, 1500));
		if (i % 9 == 8 && f.file_count < 5)
			forge_rotate(&f);
		forge_checkpoint(&f);
	}
	forge_prune(&f, 1, true);
	forge_stop(&f);
	forge_write(&f, folder);
	o = forge_options(&f, log_path);
	for (unsigned threads = 1; threads < 5; threads++) {
		o.threads = threads;
		assert_int_equal(verdict(&o, &r), VERIFY_PROVEN);
	}
	flip("audit.log", 1000000, 3);
	for (unsigned threads = 1; threads < 5; threads++) {
		o.threads = threads;
		assert_int_equal(verdict(&o, &r), VERIFY_TAMPERED);
		assert_true(r.bad.is_exact);
	}
	forge_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, empty)
		TEST(an_untouched_log_is_proven),
		TEST(a_copy_and_one_without_leaves_are_proven),
		TEST(each_edit_of_lines_is_found_and_named),
		TEST(each_edit_of_a_copy_is_found_and_named),
		TEST(without_leaves_the_block_of_an_edit_is_named),
		TEST(a_line_that_was_moved_into_another_file_is_found),
		TEST(a_file_in_front_of_the_seal_is_not_proven),
		TEST(each_flipped_byte_is_found_in_its_line),
		TEST(a_log_cut_anywhere_is_tampered_with_while_its_evidence_is_whole),
		TEST(a_log_cut_with_its_evidence_is_never_proven),
		TEST(a_kept_checkpoint_vouches_for_the_end_only_if_it_is_of_all_lines),
		TEST(a_kept_checkpoint_of_lines_that_are_gone_is_told_and_vouches_for_nothing),
		TEST(a_kept_checkpoint_is_looked_at_behind_what_is_asked_for),
		TEST(the_stolen_key_of_the_next_start_gives_no_proof),
		TEST(history_sealed_anew_with_the_newest_key_is_forged),
		TEST(a_checkpoint_without_its_signature_is_none),
		TEST(a_kept_checkpoint_finds_what_the_running_key_signed_anew),
		TEST(a_note_that_is_there_twice_is_none),
		TEST(an_anchor_of_another_chain_is_found_out),
		TEST(the_running_key_can_forge_its_own_epoch_only),
		TEST(a_note_that_is_missing_breaks_the_chain),
		TEST(a_log_without_evidence_is_never_proven),
		TEST(each_file_of_evidence_that_is_missing_is_missed),
		TEST(a_flipped_bit_of_evidence_is_found),
		TEST(keys_that_are_endless_are_not_read),
		TEST(another_key_is_found_out),
		TEST(policy_removes_files_with_a_signature),
		TEST(an_unclean_start_is_incomplete_where_it_was),
		TEST(a_running_daemon_vouches_for_the_end),
		TEST(what_a_running_daemon_has_not_signed_for_long_is_not_its_own),
		TEST(a_running_daemon_has_records_of_what_it_signed),
		TEST(lines_behind_a_stop_are_forged),
		TEST(overlong_lines_hide_nothing),
		TEST(strange_files_are_told),
		TEST(empty_lines_and_any_bytes_are_lines),
		TEST(large_logs_are_proven_by_any_number_of_threads),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
