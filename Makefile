# The front door. meson and ninja do the work; this file only names the usual wishes.
PREFIX ?= /usr/local
BUILD  ?= build
# Folders of the host, or of a trial installation below some folder.
trial = $(if $(filter /usr /usr/local,$(PREFIX)),,$(PREFIX))
SYSCONFDIR ?= $(trial)/etc
LOCALSTATEDIR ?= $(trial)/var
RUNDIR ?= $(trial)/run
folders = --prefix=$(PREFIX) --sysconfdir=$(SYSCONFDIR) --localstatedir=$(LOCALSTATEDIR) -Drundir=$(RUNDIR)

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@meson setup $(BUILD) $(folders) >/dev/null

check:
	@test/run

check-seal:
	@SEAL_LOGS=10000 SEAL_LINES=5000 SEAL_SEED=$$(date +%s) test/run seal-tools

check-vm:
	@CHECK_VM=1 VM_CUTS=40 test/run vm/

bench: all
	@bench/run

fuzz:
	@test/fuzz

lint:
	@test/lint

install: all
	@meson configure $(BUILD) $(folders)
	@ninja -C $(BUILD) install

uninstall:
	@ninja -C $(BUILD) uninstall

clean:
	rm -rf build build-*

.PHONY: all check check-seal check-vm bench fuzz lint install uninstall clean
