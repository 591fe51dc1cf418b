/* Tells which lines will not load, out of the checks of `aurum rules check`. */
#include "augenrules/app.h"

#include "common/frame.h"
#include "output/terminal.h"
#include "policy/check.h"

#define SENTENCE_MAX ((size_t)64 << 10)

static void tell(const struct finding *f)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SENTENCE_MAX);
	CLEANUP(buf_release) struct buf shown = BUF_INIT(4 * SENTENCE_MAX);

	buf_puts(&text, f->at.file);
	if (f->at.line)
		buf_printf(&text, ":%u:%u", f->at.line, f->at.column);
	buf_printf(&text, ": warning: will not load: %.*s [%s]", SV_FMT(f->message),
		   finding_kind(f->id)->name);
	terminal_put(buf_view(&text), &shown);
	frame_say("augenrules", "%s", buf_cstr(&shown));
}

static bool is_at(const struct finding *f, const struct place *p)
{
	return p->file && f->at.line == p->line && strcmp(f->at.file, p->file) == 0;
}

void advise(const char *folder, const struct place *stopped)
{
	const struct check_host host = check_host_here();
	struct findings found;
	struct rule_set set;
	struct err e;

	findings_init(&found);
	if (check_rules_load(&set, folder, &host, &found, &e) != 0) {
		frame_say("augenrules", "the rules are not checked: %s", e.text);
		findings_release(&found);
		return;
	}
	findings_sort(&found);
	for (size_t i = 0; i < found.count; i++)
		if (finding_kind(found.list[i].id)->severity == SEVERITY_ERROR &&
		    !is_at(&found.list[i], stopped))
			tell(&found.list[i]);
	findings_release(&found);
	rule_set_release(&set);
}
