#!/bin/bash
# account.sh FOLDER: what is in the log there, as inject.sh says, in one line without its end.
cat "$1"/log/audit.log* >"$1/all" 2>/dev/null
record='^type=SYSCALL msg=audit\(1700000000\.123:([0-9]+)\): .* n=\1 end=\1$'
own='^type=DAEMON_[A-Z]+ msg=audit\(.* res=[a-z]+$'
printf 'in=%d more=%d torn=%d' "$(grep -aE "$record" "$1/all" | sort -u | wc -l)" \
	"$(grep -aE "$record" "$1/all" | sort | uniq -d | wc -l)" \
	"$(grep -avE "$record" "$1/all" | grep -avcE "$own")"
