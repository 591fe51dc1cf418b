/* Words that option tables of aurum search and the programs that print them share. */
#ifndef AURUM_BIN_AURUM_SEARCH_WORDS_H
#define AURUM_BIN_AURUM_SEARCH_WORDS_H

#define SEARCH_COLUMNS "time,type,subject,action,object,outcome"

#endif
