// SPDX-License-Identifier: MIT
//
// Small dense linear algebra: LU with partial pivoting, and the absorbing chain that gives P(win | stage). No allocation:
// the caller gives the work space. Pure functions, safe in any thread.
#ifndef VOC_PLUGINS_COMMON_LINEAR_H
#define VOC_PLUGINS_COMMON_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

// Solves A X = B in place: `a` is n x n, row after row, and is destroyed; `b` is n x m and becomes X. Gives false when
// a pivot is below 1e-12 of the largest entry of A: the system is not identifiable, and *column names the unknown at
// which it shows (b is then not a solution). Non-finite input counts as not identifiable.
bool linear_solve(double *a, double *b, size_t n, size_t m, size_t *column);

// P(win | state) of an absorbing Markov chain of order 1 from counted moves (METHODS 3.10): moves[i * n + j] of state i
// to state j, win[i] and lose[i] out of state i. `p` gets n probabilities, NaN where it is not identifiable: a state that
// nobody has left, or from which neither win nor loss can be reached (a closed loop), and every state that leads there.
// Gives false when there is such a state, and *state then names the first one; the other states are solved all the same.
// `work` has room for n * (n + 1) + n doubles, `mark` for 2 * n bytes.
bool linear_chain(double *p, const double *moves, const double *win, const double *lose, size_t n, double *work,
                  unsigned char *mark, size_t *state);

#endif
