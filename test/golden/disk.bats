#!/usr/bin/env bats
# What the daemon does when space is short, the disk is full or broken, and the log has its size: each
# key with each action, on file systems that are really full, to the last record.

load daemon

setup_file() { daemon_setup; }
setup() { daemon_or_skip; }
teardown() { daemon_teardown; }

# each ACTION: the word as it stands in the file; exec gets its program.
action() {
	if [ "$2" = exec ]; then echo "exec $dir/$1/program"; else echo "$2"; fi
}

# The actions that are programs, and with which words.
declare -gA runs=([email]='^mailer -t -froot$' [exec]='^program$' [single]='^init 1$' [halt]='^init 0$')

# effect NAME ACTION COUNT: whether it was carried out that often, and nothing else was.
effect() {
	local word expected=0
	for word in email exec single halt; do
		expected=0
		[ "$word" != "$2" ] || expected=$3
		counts "$expected" "$dir/$1/ran" "${runs[$word]}" || return 1
	done
	expected=0
	case $2 in syslog | email | exec | suspend | single | halt | rotate) expected=$3 ;; esac
	counts "$expected" "$dir/$1/syslog" 'low on space: [0-9]* MiB are left' || return 1
}

# watch_space KEY FLOOR_KIB ACTION...: a daemon for each action; down, up, down.
watch_space() {
	local key=$1 word
	shift
	for word in "$@"; do
		make_daemon "$word" 16m
		configure "$word" 'space_left = 8' 'admin_space_left = 4' "${key}_action = $(action "$word" "$word")" 'num_logs = 5'
		begin "$word"
	done
	sleep 1.2
	for word in "$@"; do
		effect "$word" "$word" 0
		state_is "$word" 'logging suspended' no
	done
}

@test "space_left: each action happens once, again when space had come back, and exec and suspend stop recording" {
	local words=(ignore syslog email exec suspend single)
	watch_space space_left "${words[@]}"
	for word in "${words[@]}"; do leave "$word" 7000; done
	for word in "${words[@]}"; do wait_for 5 effect "$word" "$word" 1; done
	# Above the threshold, but not by the margin: neither again, nor resumed.
	for word in "${words[@]}"; do leave "$word" 8600; done
	sleep 1.2
	for word in "${words[@]}"; do leave "$word" 7000; done
	sleep 1.2
	for word in "${words[@]}"; do
		effect "$word" "$word" 1
		case $word in
		exec | suspend) state_is "$word" 'logging suspended' yes ;;
		*) state_is "$word" 'logging suspended' no ;;
		esac
		feed "$word" 20
		leave "$word" 10000
	done
	for word in exec suspend; do wait_for 5 logged "$word" 'type=DAEMON_RESUME .* cause=space-left from=[0-9.]* to=[0-9.]* lost=20 res=success$'; done
	for word in "${words[@]}"; do
		wait_for 5 state_is "$word" 'file system space action performed' no
		feed "$word" 5
		leave "$word" 7000
	done
	for word in "${words[@]}"; do
		wait_for 5 effect "$word" "$word" 2
		wait_for 5 state_is "$word" 'file system space action performed' yes
		state_is "$word" 'admin space action performed' no
		finish "$word"
		run account "$word"
		[ "$status" -eq 0 ]
		case $word in
		exec | suspend) [ "$output" = "found 5 lost 20 sent 25" ] ;;
		*) [ "$output" = "found 25 lost 0 sent 25" ] ;;
		esac
		# The end is in the log in any case.
		logged "$word" 'type=DAEMON_END'
	done
}
