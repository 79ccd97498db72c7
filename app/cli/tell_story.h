/* A story as text and JSON, for `why` and `analyze` alike. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "audit/story.h"
#include "ui/json.h"

void story_print(const struct story *s, const char *zone, bool colour, FILE *to);
json_t *story_json(const struct story *s);
