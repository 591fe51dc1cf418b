# The front door. meson and ninja do the work; this file only names the usual wishes.
PREFIX ?= /usr/local
BUILD  ?= build
# The audit configuration of the host, or of a trial installation below some folder.
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@meson setup $(BUILD) --prefix=$(PREFIX) --sysconfdir=$(SYSCONFDIR) >/dev/null

check:
	@test/run

bench: all
	@bench/run

fuzz:
	@test/fuzz

lint:
	@test/lint

install: all
	@meson configure $(BUILD) --prefix=$(PREFIX) --sysconfdir=$(SYSCONFDIR)
	@ninja -C $(BUILD) install

clean:
	rm -rf build build-*

.PHONY: all check bench fuzz lint install clean
