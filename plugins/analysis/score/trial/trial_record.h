// SPDX-License-Identifier: MIT
//
// What is kept of one trial between finding its comparators (trial_judge.c, in the order in which they are cheap to find) and adding
// it up (trial_add.c, in the order of the sums): a string of numbers of 7 bits a byte, some 120 bytes for 20 comparators.
//   (times, and the worth, take 8 bytes) flags, alone where the touch was left out or not followed; class of recency and engagement, class of touches; length of follow-up for each outcome; with a lag: actions of the
//   exposed in it; number of comparators; and with comparators:
//   [worth of the outcome, 8 bytes]; follow-up covered; comparators that acted in the hour before; each comparator's position,
//   less the exposed's: two bytes where none can be further away, else four; with a lag: actions of each in it, a byte, or four where
//   flags say that these are many; eight types each of which somebody saw, ended by 0: number of the eight from 1, who of them the exposed
//   saw, a bit each, and how many comparators saw each, in a byte if all fit;
//   for each outcome: number of event times, and if there are any: for each time comparators still followed, and events among them x 2 +
//   is the exposed's own; number of comparators that are not followed beyond the last time, and for each: its number, and event times within its
//   follow-up x 2 + has its event at the last of them
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_RECORD_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TRIAL_NUMBER_MAX 10  // bytes of the longest number

enum { TRIAL_NO_FOLLOW = 1, TRIAL_WORTH = 2, TRIAL_ACTED = 4, TRIAL_LEFT_OUT = 8, TRIAL_EVENT = 16, TRIAL_MANY = 64 };  // TRIAL_EVENT << k

static inline uint8_t *trial_put(uint8_t *at, uint64_t number)
{
    for (; number >= 128; number >>= 7)
        *at++ = (uint8_t)(number | 128);
    *at++ = (uint8_t)number;
    return at;
}

// Numbers of which it is known whether each is less than 256.
static inline uint8_t *trial_put_small(uint8_t *at, const uint32_t *numbers, size_t n, bool bytes)
{
    if (!bytes) {
        memcpy(at, numbers, n * sizeof *numbers);
        return at + n * sizeof *numbers;
    }
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)numbers[i];
    return at + n;
}

// The same where they lie.
struct trial_smalls {
    const uint8_t *at;
    bool bytes;
};

static inline const uint8_t *trial_see_small(const uint8_t *at, struct trial_smalls *numbers, size_t n, bool bytes)
{
    *numbers = (struct trial_smalls){at, bytes};
    return at + (bytes ? n : n * sizeof(uint32_t));
}

static inline uint32_t trial_small(const struct trial_smalls *numbers, size_t i)
{
    uint32_t number;
    if (numbers->bytes)
        return numbers->at[i];
    memcpy(&number, numbers->at + i * sizeof number, sizeof number);
    return number;
}

// How many saw a type.
static inline bool trial_bundle_is_bytes(uint32_t comparators)
{
    return comparators <= 255;
}

static inline uint8_t *trial_put_time(uint8_t *at, int64_t time)
{
    memcpy(at, &time, sizeof time);
    return at + sizeof time;
}

static inline int64_t trial_get_time(const uint8_t **at)
{
    int64_t time;
    memcpy(&time, *at, sizeof time);
    *at += sizeof time;
    return time;
}

static inline uint64_t trial_get(const uint8_t **at)
{
    uint64_t number = *(*at)++;
    if (number < 128)
        return number;
    number &= 127;
    for (unsigned shift = 7;; shift += 7) {
        uint64_t next = *(*at)++;
        number |= (next & 127) << shift;
        if (next < 128)
            return number;
    }
}

// Positions, less another. `near`: no two that are put together are further apart than two bytes tell.
static inline uint8_t *trial_put_positions(uint8_t *at, const uint32_t *positions, uint32_t n, uint32_t from, bool near)
{
    for (uint32_t i = 0; i < n && !near; i++) {
        const uint32_t wide = positions[i] - from;  // both ways: they wrap
        memcpy(at + i * sizeof wide, &wide, sizeof wide);
    }
    for (uint32_t i = 0; i < n && near; i++) {
        const uint16_t narrow = (uint16_t)(positions[i] - from);
        memcpy(at + i * sizeof narrow, &narrow, sizeof narrow);
    }
    return at + n * (near ? sizeof(uint16_t) : sizeof(uint32_t));
}

static inline const uint8_t *trial_get_positions(const uint8_t *at, uint32_t *restrict positions, uint32_t n, uint32_t from, bool near)
{
    for (uint32_t i = 0; i < n && !near; i++) {
        uint32_t wide;
        memcpy(&wide, at + i * sizeof wide, sizeof wide);
        positions[i] = from + wide;
    }
    for (uint32_t i = 0; i < n && near; i++) {
        int16_t narrow;
        memcpy(&narrow, at + i * sizeof narrow, sizeof narrow);
        positions[i] = (uint32_t)((int64_t)from + narrow);
    }
    return at + n * (near ? sizeof(uint16_t) : sizeof(uint32_t));
}

#endif
