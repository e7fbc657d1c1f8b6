// SPDX-License-Identifier: MIT
// Writes customer journeys as CSV in time order, the same for a seed on every machine: gen_events [--rows N] [--seed S].
// Each customer has a random stream of its own and competing hazards: to browse, to act forward (six actions, each opens
// the next stage), to be touched by the company, to warm up or cool down, to leave for good. Some touches multiply the
// hazard to act forward for seven days (planted[] below); vip_invite goes to warm customers and contract_draft to late
// stages without helping, so that they only look effective. Times of a customer never tie: every tool sees one order.
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BROWSE = 40, FORWARD = 6, TOUCHES = 14, FIRST_TOUCH = BROWSE + FORWARD, VIP = 10, CONTRACT = 11, LINE_MAX_BYTES = 256 };
#define HELPS_DAYS 7.0
#define HORIZON_DAYS 730.0
#define DAY_S 86400
#define START_S 1704067200u // 2024-01-01

static const char *const action[FIRST_TOUCH + TOUCHES] = {
    "view_home", "view_product", "search", "view_category", "open_email", "click_email", "view_pricing", "add_to_cart", "view_blog", "login",
    "view_cart", "click_ad", "view_faq", "download_brochure", "watch_video", "remove_from_cart", "view_case_study", "chat_message",
    "compare_products", "view_reviews", "write_review", "call_hotline", "visit_store", "update_profile", "view_invoice", "open_ticket",
    "close_ticket", "share_social", "attend_webinar", "download_whitepaper", "view_docs", "api_call", "invite_colleague", "change_plan",
    "add_payment_method", "request_refund", "complaint", "survey_answer", "referral_sent", "unsubscribe_newsletter",
    "subscribe", "signup", "start_trial", "purchase", "renew", "repurchase",
    "newsletter", "sales_call", "discount_offer", "retargeting_ad", "demo_session", "onboarding_mail", "webinar_invite", "postal_mailing",
    "satisfaction_survey", "sms_reminder", "vip_invite", "contract_draft", "push_notification", "price_increase_notice",
};
static const char *const channel[] = {"web", "email", "app", "phone", "ad", "event", "post", "sms", "store", "social"};
static const char *const customer_role[] = {"buyer", "user", "decision_maker", "influencer", "gatekeeper"};
static const char *const company_role[] = {"marketing", "sales", "support", "system", "partner"};
static const char *const season[] = {"spring", "summer", "autumn", "winter"};
static const double planted[TOUCHES] = {1, 2.5, 2, 1, 3, 1.5, 1, 1, 1, 1.3, 1, 1, 1, 0.5};
static const double touch_weight[TOUCHES] = {30, 8, 10, 16, 4, 8, 6, 4, 4, 5, 2, 2, 8, 2};
static const unsigned touch_channel[TOUCHES] = {1, 3, 1, 4, 5, 1, 1, 6, 1, 7, 1, 1, 2, 6};
static const double forward_a_day[FORWARD] = {0.020, 0.016, 0.030, 0.024, 0.010, 0.012};

struct event { uint32_t time_s, customer; uint8_t action, role; uint16_t salt; };

struct world { // owns events
    struct event *events;
    size_t n, max;
    uint64_t random[2];
    double browse_sum[BROWSE];
    uint32_t last_s; // of the customer at hand
};

// ---- chance --------------------------------------------------------------------------------------------------------------

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint64_t next_random(struct world *w) // xoroshiro128+
{
    uint64_t a = w->random[0], b = w->random[1], sum = a + b;
    b ^= a;
    w->random[0] = (a << 24 | a >> 40) ^ b ^ b << 16;
    w->random[1] = b << 37 | b >> 27;
    return sum;
}

static double uniform(struct world *w) { return ((double)(next_random(w) >> 11) + 0.5) * 0x1p-53; }

static double gauss(struct world *w)
{
    double radius = sqrt(-2 * log(uniform(w)));
    return radius * cos(6.283185307179586 * uniform(w));
}

static size_t pick(struct world *w, const double *sums, size_t n)
{
    double x = uniform(w) * sums[n - 1];
    size_t i = 0;
    while (i < n - 1 && sums[i] < x) i++;
    return i;
}

// ---- one customer ----------------------------------------------------------------------------------------------------------

static void happen(struct world *w, double day, uint32_t customer, size_t what, unsigned role)
{
    uint32_t s = (uint32_t)(day * DAY_S);
    if (s <= w->last_s) s = w->last_s + 1;
    w->last_s = s;
    if (w->n == w->max) return;
    w->events[w->n++] = (struct event){s, customer, (uint8_t)what, (uint8_t)role, (uint16_t)(next_random(w) >> 40)};
}

static void visit(struct world *w, double day, uint32_t customer, unsigned role)
{
    do {
        happen(w, day, customer, pick(w, w->browse_sum, BROWSE), role);
        day += (5.0 + exp(3.6 + 1.0 * gauss(w))) / DAY_S;
    } while (uniform(w) < 0.62);
}

// The hazards of the touches as running sums.
static void touch_sums(double sums[TOUCHES], unsigned stage, bool warm)
{
    double sum = 0;
    for (unsigned i = 0; i < TOUCHES; i++) {
        double x = touch_weight[i];
        if (i == VIP) x *= warm ? 8.0 : 0.3;
        if (i == CONTRACT) x *= stage == 2 || stage == 3 ? 6 : .3;
        sums[i] = sum += x;
    }
}

static void live(struct world *w, uint32_t customer, uint64_t seed)
{
    uint64_t s = seed * UINT64_C(0xD1342543DE82EF95) + customer * UINT64_C(0x9E3779B97F4A7C15) + 1;
    w->random[0] = splitmix(&s);
    w->random[1] = splitmix(&s);
    double day = uniform(w) * (HORIZON_DAYS - 10);
    double lively = exp(0.9 * gauss(w) - 0.405), inclined = exp(0.3 * gauss(w) - 0.045), leaves = 1.0 / 20.0;
    if (uniform(w) < 0.004) lively *= 15, leaves /= 4;
    bool warm = uniform(w) < 0.3;
    double role_a = uniform(w), role_b = uniform(w);
    unsigned stage = 0, role = (unsigned)(role_a * role_b * 5);
    double until[TOUCHES] = {0}, sums[TOUCHES];
    w->last_s = (uint32_t)(day * DAY_S);
    visit(w, day, customer, role);
    for (;;) {
        double helped = 1.0, next_end = 1e9;
        for (unsigned i = 0; i < TOUCHES; i++) {
            if (until[i] <= day) continue;
            helped *= planted[i];
            if (planted[i] != 1.0 && until[i] < next_end) next_end = until[i];
        }
        touch_sums(sums, stage, warm);
        double browses = 0.07 * lively * (warm ? 4.0 : 1.0), forward = forward_a_day[stage] * inclined * helped * (warm ? 3.0 : 1.0);
        double touched = 0.0009 * sums[TOUCHES - 1], turns = warm ? 0.25 : 0.04, all = browses + forward + touched + turns + leaves;
        double wait = -log(uniform(w)) / all;
        if (day + wait > next_end) { // what a touch did ends first: hazards change there
            day = next_end + 1e-9;
            continue;
        }
        day += wait;
        if (day * DAY_S <= w->last_s) day = (w->last_s + 1) / (double)DAY_S; // a visit still goes on
        if (day >= HORIZON_DAYS) return;
        double x = uniform(w) * all;
        if ((x -= browses) < 0) {
            visit(w, day, customer, role);
        } else if ((x -= forward) < 0) {
            happen(w, day, customer, BROWSE + stage, role);
            if (stage < FORWARD - 1) stage++;
        } else if ((x -= touched) < 0) {
            size_t k = pick(w, sums, TOUCHES);
            happen(w, day, customer, FIRST_TOUCH + k, (unsigned)k % 5);
            until[k] = day + HELPS_DAYS;
        } else if ((x -= turns) < 0) {
            warm = !warm;
        } else {
            return;
        }
    }
}

// Stable radix sort, two passes of 13 bits: the horizon has less than 2^26 seconds.
static int sort_by_time(struct world *w)
{
    enum { BITS = 13, BUCKETS = 1 << BITS };
    static size_t at[BUCKETS];
    struct event *other = calloc(w->n + 1, sizeof *other);
    if (!other) return 1;
    for (unsigned shift = 0; shift < 2 * BITS; shift += BITS) {
        size_t sum = 0;
        memset(at, 0, sizeof at);
        for (size_t i = 0; i < w->n; i++) at[w->events[i].time_s >> shift & (BUCKETS - 1)]++;
        for (size_t i = 0; i < BUCKETS; i++) {
            size_t here = at[i];
            at[i] = sum;
            sum += here;
        }
        for (size_t i = 0; i < w->n; i++) other[at[w->events[i].time_s >> shift & (BUCKETS - 1)]++] = w->events[i];
        struct event *swap = w->events;
        w->events = other;
        other = swap;
    }
    free(other);
    return 0;
}

// ---- the table -------------------------------------------------------------------------------------------------------------

// A bijection of 30 bits: ids are not in the order in which customers appear.
static uint32_t public_id(uint32_t customer)
{
    uint32_t x = customer;
    for (int i = 0; i < 3; i++) {
        x = (x * UINT32_C(0x2C1B3C6D) + UINT32_C(0x1B873593)) & 0x3FFFFFFF;
        x ^= x >> 15;
    }
    return x;
}

static void date_of(uint32_t time_s, unsigned *year, unsigned *month, unsigned *day) // Howard Hinnant's civil_from_days
{
    unsigned z = (START_S + time_s) / DAY_S + 719468, era = z / 146097, of_era = z - era * 146097;
    unsigned y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365, of_year = of_era - (365 * y + y / 4 - y / 100);
    unsigned m = (5 * of_year + 2) / 153;
    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

static void campaign_of(char out[64], uint64_t chance) // 200 campaigns, log-uniform; a few need quotes
{
    unsigned k = (unsigned)pow(200.0, ((double)(chance >> 11) + 0.5) * 0x1p-53);
    if (k % 50 == 7) snprintf(out, 64, "\"Sale %u, \"\"%s\"\" edition\"", k, season[k & 3]);
    else snprintf(out, 64, "%s_%u_%03u", season[k & 3], 2024 + (k & 1), k);
}

static size_t write_event(char out[LINE_MAX_BYTES], const struct event *e)
{
    uint64_t s = ((uint64_t)e->customer << 32 | e->time_s) ^ (uint64_t)e->salt << 20, h = splitmix(&s), g = splitmix(&s);
    unsigned a = e->action, other = (unsigned)(h & 15), year, month, day, of_day = (START_S + e->time_s) % DAY_S;
    bool company = a >= FIRST_TOUCH;
    unsigned by = company ? touch_channel[a - FIRST_TOUCH] : a == 4 || a == 5 ? 1 : a == 11 ? 4 : other < 8 ? 0 : other < 12 ? 2 : other - 6;
    char campaign[64] = "", cost[16] = "", value[16] = "";
    if (company || (h >> 8) % 100 < 12) campaign_of(campaign, g);
    if (company) snprintf(cost, sizeof cost, "%u.%02u", (unsigned)(g & 1023) * (1 + by) / 100, (unsigned)(g >> 10 & 63));
    if (a >= BROWSE + 3 && !company) snprintf(value, sizeof value, "%u.%02u", 20 + (unsigned)(h >> 20 & 1023), (unsigned)(h >> 40 & 63));
    date_of(e->time_s, &year, &month, &day);
    int n = snprintf(out, LINE_MAX_BYTES, "C%010" PRIu32 ",%04u-%02u-%02uT%02u:%02u:%02uZ,%s,%s,%s,%s,%s,%s,%s\n", public_id(e->customer), year, month, day,
                     of_day / 3600, of_day / 60 % 60, of_day % 60, action[a], channel[by], company ? "company" : "customer",
                     company ? company_role[e->role] : customer_role[e->role], campaign, cost, value);
    return n < 0 ? 0 : (size_t)n;
}

static int write_table(const struct world *w)
{
    char line[LINE_MAX_BYTES];
    puts("customer_id,timestamp,activity,channel,actor,role,campaign,cost,value");
    for (size_t i = 0; i < w->n; i++) {
        size_t n = write_event(line, &w->events[i]);
        if (fwrite(line, 1, n, stdout) != n) return 1;
    }
    return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    uint64_t rows = 1000000, seed = 42;
    for (int i = 1; i < argc; i += 2) {
        uint64_t *to = strcmp(argv[i], "--rows") == 0 ? &rows : strcmp(argv[i], "--seed") == 0 ? &seed : NULL;
        if (!to || i + 1 == argc) {
            fputs("usage: gen_events [--rows N] [--seed S] > events.csv\n", stderr);
            return 2;
        }
        *to = strtoull(argv[i + 1], NULL, 10);
    }
    struct world w = {.max = rows, .events = calloc(rows + 1, sizeof *w.events)};
    if (!w.events) return fputs("gen_events: no memory\n", stderr), 1;
    double sum = 0;
    for (unsigned i = 0; i < BROWSE; i++) w.browse_sum[i] = sum += 1.0 / pow(i + 1, 1.1);
    uint32_t customers = 0;
    while (w.n < w.max) live(&w, customers++, seed);
    fprintf(stderr, "%zu events of %" PRIu32 " customers\n", w.n, customers);
    int rc = sort_by_time(&w) || write_table(&w);
    free(w.events);
    return rc;
}
