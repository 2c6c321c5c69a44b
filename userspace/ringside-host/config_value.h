/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of the configuration as people write them: 14G, 100ms, 75%, yes.
 */
#ifndef RSH_CONFIG_VALUE_H
#define RSH_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * rsh_parse_size() - bytes, or with K, M, G or T after them
 * @text: the whole of it is the size; units are powers of 1024
 * @bytes: receives it
 *
 * Return: NULL, or what would have been right.
 */
const char *rsh_parse_size(const char *text, uint64_t *bytes);

/**
 * rsh_parse_time() - a number and ms, s or min
 * @text: the whole of it is the time
 * @ns: receives it
 *
 * Return: NULL, or what would have been right.
 */
const char *rsh_parse_time(const char *text, uint64_t *ns);

/**
 * rsh_parse_percent() - a whole number, with or without a % after it
 * @text: the whole of it is the percentage
 * @percent: receives it
 *
 * Return: NULL, or what would have been right.
 */
const char *rsh_parse_percent(const char *text, uint64_t *percent);

/**
 * rsh_parse_count() - a whole number
 * @text: the whole of it is the number
 * @count: receives it
 *
 * Return: NULL, or what would have been right.
 */
const char *rsh_parse_count(const char *text, uint64_t *count);

/**
 * rsh_parse_bool() - yes or no
 * @text: one of these two words
 * @value: receives it
 *
 * Return: NULL, or what would have been right.
 */
const char *rsh_parse_bool(const char *text, bool *value);

#endif /* RSH_CONFIG_VALUE_H */
