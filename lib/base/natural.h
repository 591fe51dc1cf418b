/*
 * The natural order of file names, in which 9-last comes before 10-first: that of `ls -v`, which
 * other programs and people rely on when they number files.
 *
 *	natural_cmp(SV("9-a.rules"), SV("10-a.rules")) < 0
 *
 * Names are compared in turns of text and digits. Digits count by their value, zeros in front mean
 * nothing. In text '~' comes before the end of the name, the end before letters, letters before
 * everything else. What looks like suffixes (".rules", ".tar.gz") is looked at only when the rest
 * is the same, so that 10.rules comes before 10-a.rules.
 *
 * Source: GNU coreutils manual, "Version sort ordering"; without its exceptions for hidden names.
 */
#ifndef AURUM_BASE_NATURAL_H
#define AURUM_BASE_NATURAL_H

#include "base/sv.h"

/* <0, 0, >0. 0 only for equal names: where the order is undecided ("01", "1") bytes decide. */
int natural_cmp(struct sv a, struct sv b);

#endif
