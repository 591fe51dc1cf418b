/*
 * What argument a0 to a3 of a system call means, for -l -i: the interpreter of records is asked
 * as if the call had been recorded with it.
 */
#include "auditctl/app.h"

#include "record/interpret.h"

#define LINE_BYTES 256

void argument_print(void *ctx, enum machine m, uint32_t call, unsigned int index,
		    const uint32_t a[2], uint32_t value, struct buf *out)
{
	struct interpreter *interpreter = ctx;
	CLEANUP(buf_release) struct buf line = BUF_INIT(LINE_BYTES);
	char name[3] = {'a', (char)('0' + index), '\0'};
	struct record record;
	struct field field;

	buf_printf(&line, "type=SYSCALL msg=audit(0.000:0): arch=%x syscall=%u", machine_arch(m),
		   call);
	for (unsigned int i = 0; i < 4; i++)
		buf_printf(&line, " a%u=%x", i, i == index ? value : i < 2 ? a[i] : 0);
	if (!line.failed && record_parse(buf_view(&line), &record) == RECORD_OK &&
	    record_field(&record, sv_cstr(name), &field))
		interpret_value(interpreter, &record, &field, out);
}
