/*
 * Loading a configuration with its traffic classes and endpoint roles checked against the tables of
 * this folder, which conf itself cannot see. What programs call in place of conf_load(); same
 * contract, same errors. Set-up thread only.
 */
#pragma once

#include <stdio.h>

#include "conf/conf.h"

int contract_load(const char *file, struct conf **out, char **error);
int contract_load_text(const char *text, const char *name, struct conf **out, char **error);

/* docs/classes.md: the names that a configuration may use, from the tables of this folder. */
void contract_print_docs(FILE *to);
