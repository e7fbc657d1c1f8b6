// SPDX-License-Identifier: MIT
//
// Gaussian elimination with partial pivoting, for systems of at most some tens of unknowns (stages, drivers, strata),
// and the absorbing chain built on it.
#include "plugins/common/linear.h"

#include <math.h>

#define PIVOT_LIMIT 1e-12

static void swap_rows(double *matrix, size_t width, size_t i, size_t j)
{
    for (size_t c = 0; i != j && c < width; c++) {
        double keep = matrix[i * width + c];
        matrix[i * width + c] = matrix[j * width + c];
        matrix[j * width + c] = keep;
    }
}

static void substitute_back(const double *a, double *b, size_t n, size_t m)
{
    for (size_t c = 0; c < m; c++) {
        for (size_t i = n; i-- > 0;) {
            double sum = b[i * m + c];
            for (size_t k = i + 1; k < n; k++)
                sum -= a[i * n + k] * b[k * m + c];
            b[i * m + c] = sum / a[i * n + i];
        }
    }
}

bool linear_solve(double *a, double *b, size_t n, size_t m, size_t *column)
{
    double largest = 0.0;
    for (size_t i = 0; i < n * n; i++) {
        if (!isfinite(a[i])) {
            *column = i % n;
            return false;
        }
        largest = fmax(largest, fabs(a[i]));
    }
    for (size_t i = 0; i < n; i++) {
        size_t pivot = i;
        for (size_t r = i + 1; r < n; r++)
            if (fabs(a[r * n + i]) > fabs(a[pivot * n + i]))
                pivot = r;
        if (!(fabs(a[pivot * n + i]) > 0.0) || fabs(a[pivot * n + i]) < PIVOT_LIMIT * largest) {
            *column = i;
            return false;
        }
        swap_rows(a, n, i, pivot);
        swap_rows(b, m, i, pivot);
        for (size_t r = i + 1; r < n; r++) {
            double factor = a[r * n + i] / a[i * n + i];
            for (size_t c = i; c < n; c++)
                a[r * n + c] -= factor * a[i * n + c];
            for (size_t c = 0; c < m; c++)
                b[r * m + c] -= factor * b[i * m + c];
        }
    }
    substitute_back(a, b, n, m);
    return true;
}

// Marks every state that can reach a marked one, until nothing changes.
static void spread_back(unsigned char *mark, const double *moves, size_t n)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n && !mark[i]; j++)
                if (mark[j] && moves[i * n + j] > 0.0) {
                    mark[i] = 1;
                    changed = true;
                }
    }
}

bool linear_chain(double *p, const double *moves, const double *win, const double *lose, size_t n, double *work,
                  unsigned char *mark, size_t *state)
{
    unsigned char *absorbs = mark, *unknown = mark + n;
    double *a = work, *b = work + n * n, *index = b + n;
    bool whole = true;

    for (size_t i = 0; i < n; i++)
        absorbs[i] = win[i] > 0.0 || lose[i] > 0.0;
    spread_back(absorbs, moves, n);
    for (size_t i = 0; i < n; i++) {
        unknown[i] = !absorbs[i];
        if (unknown[i] && whole) {
            whole = false;
            *state = i;
        }
    }
    spread_back(unknown, moves, n);

    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        p[i] = NAN;
        if (!unknown[i])
            index[known++] = (double)i;
    }
    for (size_t r = 0; r < known; r++) {
        size_t i = (size_t)index[r];
        double total = win[i] + lose[i];
        for (size_t j = 0; j < n; j++)
            total += moves[i * n + j];
        for (size_t c = 0; c < known; c++)
            a[r * known + c] = (r == c ? 1.0 : 0.0) - moves[i * n + (size_t)index[c]] / total;
        b[r] = win[i] / total;
    }
    size_t column = 0;
    if (known > 0 && !linear_solve(a, b, known, 1, &column)) {
        if (whole)
            *state = (size_t)index[column];
        return false;
    }
    for (size_t r = 0; r < known; r++)
        p[(size_t)index[r]] = b[r];
    return whole;
}
