// SPDX-License-Identifier: MIT
// The catalogue: which plugins are found, which are refused and why, and what the host answers to a descriptor that breaks
// the contract of plugin.h. Plugins of another size than the host's structures work.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/plugin/options.h"
#include "host/plugin/plugin.h"
#include "tests/unit/host/modules.h"

static const char *const words[] = {"import", "stats", NULL};

struct world {
    char folder[PATH_MAX], second[PATH_MAX];
    struct diag *diag;
    struct catalogue *catalogue;
};

static int open_world(void **state)
{
    static struct world w;
    scratch_open(w.folder);
    scratch_open(w.second);
    w.diag = diag_new();
    w.catalogue = NULL;
    *state = &w;
    unsetenv("VOC_PLUGIN_PATH");
    return w.diag ? 0 : -1;
}

static int close_world(void **state)
{
    struct world *w = *state;
    catalogue_close(w->catalogue);
    diag_free(w->diag);
    scratch_close(w->folder);
    scratch_close(w->second);
    return 0;
}

static void put(const char *folder, const char *module, const char *name, unsigned mode)
{
    char from[PATH_MAX];
    if (!module_path(from, MODULES, module)) fail_msg("%s is not built", from);
    place_module(from, folder, name ? name : module, mode);
}

static void look(struct world *w, size_t n_dirs)
{
    const char *dirs[] = {w->folder, w->second};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = n_dirs};
    assert_int_equal(catalogue_open(&w->catalogue, &places, words, w->diag), VOC_OK);
}

static const char *last(const struct world *w) { return diag_n(w->diag) ? diag_at(w->diag, diag_n(w->diag) - 1)->message : ""; }

// Loads the only plugin of the folder.
static voc_rc load_one(struct world *w, const char *module)
{
    put(w->folder, module, NULL, 0644);
    look(w, 1);
    assert_int_equal(catalogue_n(w->catalogue), 1);
    struct plugin *p = catalogue_at(w->catalogue, 0);
    if (p->refused) fail_msg("%s: %s", module, p->why);
    return plugin_load(p, w->diag);
}

static void a_plugin_is_found_by_its_note_and_loaded_once(void **state)
{
    struct world *w = *state;
    put(w->folder, "input-tiny.so", NULL, 0644);
    look(w, 1);
    struct plugin *p = catalogue_find(w->catalogue, VOC_KIND_INPUT, STR("tiny"));
    assert_non_null(p);
    assert_null(p->desc); // nothing of it has run
    assert_null(catalogue_find(w->catalogue, VOC_KIND_OUTPUT, STR("tiny")));
    assert_int_equal(plugin_load(p, w->diag), VOC_OK);
    const voc_plugin *desc = p->desc;
    assert_string_equal(desc->name, "tiny");
    assert_int_equal(plugin_load(p, w->diag), VOC_OK);
    assert_ptr_equal(p->desc, desc);
    assert_int_equal(diag_n(w->diag), 0);
}

static void every_fault_of_a_descriptor_is_told(void **state)
{
    static const struct { const char *module, *why; } faults[] = {
        {"input-other-name.so", "another name"}, {"input-other-kind.so", "another kind"}, {"input-no-ops.so", "no operations"}, {"input-no-lines.so", "LINES"},
        {"input-both-framings.so", "LINES"}, {"input-no-framing.so", "neither"}, {"input-no-descriptor.so", "ABI"}, {"input-small.so", "wrong size"},
        {"input-mute-option.so", "help"}, {"input-no-choices.so", "choices"}, {"input-odd-option.so", "a-z, 0-9 and -"}, {"input-twice-option.so", "\"depth\" is there twice"}, {"input-narrow-option.so", "option table"}, {"input-no-query.so", "voc_plugin_query"},
        {"input-undefined.so", "symbol_of_nobody"}};
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        void *inner = NULL;
        open_world(&inner);
        struct world *w = inner;
        voc_rc rc = load_one(w, faults[i].module);
        if (rc != VOC_E_BUG) fail_msg("%s: %s", faults[i].module, rc_name(rc));
        if (!strstr(last(w), faults[i].why)) fail_msg("%s: %s", faults[i].module, last(w));
        if (!strstr(last(w), faults[i].module)) fail_msg("%s: the message does not name it", faults[i].module);
        assert_null(catalogue_at(w->catalogue, 0)->desc);
        close_world(&inner);
    }
}

static void a_plugin_of_another_abi_is_refused_by_its_note(void **state)
{
    struct world *w = *state;
    put(w->folder, "input-other-abi.so", NULL, 0644);
    look(w, 1);
    struct plugin *p = catalogue_at(w->catalogue, 0);
    assert_true(p->refused);
    assert_non_null(strstr(p->why, "ABI 9"));
    assert_int_equal(plugin_load(p, w->diag), VOC_E_POLICY);
}

static void an_analysis_may_not_take_the_name_of_a_command(void **state)
{
    struct world *w = *state;
    put(w->folder, "analysis-import.so", NULL, 0644);
    look(w, 1);
    struct plugin *p = catalogue_find(w->catalogue, VOC_KIND_ANALYSIS, STR("import"));
    assert_non_null(p);
    assert_true(p->refused);
    assert_non_null(strstr(p->why, "command"));
}

static void a_file_must_be_named_as_its_note_says(void **state)
{
    struct world *w = *state;
    put(w->folder, "input-tiny.so", "input-large.so", 0644);
    look(w, 1);
    struct plugin *p = catalogue_at(w->catalogue, 0);
    assert_true(p->refused);
    assert_non_null(strstr(p->why, "input-tiny.so"));
}

static void a_larger_descriptor_of_a_later_plugin_works(void **state)
{
    struct world *w = *state;
    assert_int_equal(load_one(w, "input-later.so"), VOC_OK);
    const struct plugin *p = catalogue_at(w->catalogue, 0);
    assert_true(p->desc->struct_size > sizeof *p->desc); // what it said; the host copied what it knows
    assert_int_equal(p->desc->n_options, 2);
    assert_true(p->desc->option_size > sizeof(voc_option));
    assert_string_equal(option_at(p->desc->options, p->desc->option_size, 0)->name, "depth");
    assert_string_equal(option_at(p->desc->options, p->desc->option_size, 1)->name, "width");
    assert_non_null(((const voc_input_ops *)p->ops)->describe);
}

static void operations_that_end_before_the_last_field_are_extended_with_zeros(void **state)
{
    struct world *w = *state;
    assert_int_equal(load_one(w, "input-short-ops.so"), VOC_OK);
    const voc_input_ops *ops = catalogue_at(w->catalogue, 0)->ops;
    assert_non_null(ops->lines);
    assert_null(ops->describe); // though the plugin's memory holds one behind its struct_size
}

static void what_others_can_write_is_refused_with_the_chmod_and_never_loaded(void **state)
{
    struct world *w = *state;
    put(w->folder, "input-tiny.so", NULL, 0666);
    look(w, 1);
    struct plugin *p = catalogue_find(w->catalogue, VOC_KIND_INPUT, STR("tiny")); // named after its file
    assert_non_null(p);
    assert_true(p->refused);
    assert_non_null(strstr(p->why, "chmod go-w"));
    assert_int_equal(plugin_load(p, w->diag), VOC_E_POLICY);
    assert_non_null(strstr(last(w), "chmod go-w"));
    assert_null(p->desc);
}

static void a_folder_that_others_can_write_gives_nothing_but_a_warning(void **state)
{
    struct world *w = *state;
    put(w->folder, "input-tiny.so", NULL, 0644);
    chmod(w->folder, 0777);
    look(w, 1);
    assert_int_equal(catalogue_n(w->catalogue), 0);
    assert_int_equal(diag_count(w->diag, VOC_WARNING), 1);
    assert_non_null(strstr(last(w), "chmod go-w"));
    chmod(w->folder, 0755);
}

static void a_folder_that_was_asked_for_and_is_not_there_is_told(void **state)
{
    struct world *w = *state;
    const char *dirs[] = {"/nowhere/at/all", "relative"};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = 2};
    assert_int_equal(catalogue_open(&w->catalogue, &places, words, w->diag), VOC_OK);
    assert_int_equal(diag_count(w->diag, VOC_WARNING), 2);
    assert_non_null(strstr(diag_at(w->diag, 0)->message, "/nowhere"));
    assert_non_null(strstr(diag_at(w->diag, 1)->message, "absolute"));
}

static void the_first_folder_wins_unless_its_plugin_is_refused(void **state)
{
    struct world *w = *state;
    put(w->folder, "input-tiny.so", NULL, 0644);
    put(w->second, "input-tiny.so", NULL, 0644);
    look(w, 2);
    assert_int_equal(catalogue_n(w->catalogue), 1);
    assert_int_equal(strncmp(catalogue_at(w->catalogue, 0)->path, w->folder, strlen(w->folder)), 0);
    catalogue_close(w->catalogue);
    char path[PATH_MAX];
    join_path(path, w->folder, "input-tiny.so");
    chmod(path, 0666);
    look(w, 2);
    assert_int_equal(catalogue_n(w->catalogue), 1);
    assert_false(catalogue_at(w->catalogue, 0)->refused);
    assert_int_equal(strncmp(catalogue_at(w->catalogue, 0)->path, w->second, strlen(w->second)), 0);
}

static void the_environment_adds_folders_only_where_defaults_are_asked_for(void **state)
{
    struct world *w = *state;
    struct catalogue_places none = {0}, defaults = {.use_defaults = true};
    char user[PATH_MAX], data[PATH_MAX];
    put(w->second, "input-tiny.so", NULL, 0644);
    setenv("VOC_PLUGIN_PATH", w->second, 1);
    assert_int_equal(catalogue_open(&w->catalogue, &none, words, w->diag), VOC_OK);
    assert_int_equal(catalogue_n(w->catalogue), 0);
    catalogue_close(w->catalogue);
    assert_int_equal(catalogue_open(&w->catalogue, &defaults, words, w->diag), VOC_OK);
    assert_non_null(catalogue_find(w->catalogue, VOC_KIND_INPUT, STR("tiny")));
    catalogue_close(w->catalogue);
    unsetenv("VOC_PLUGIN_PATH");
    join_path(data, w->folder, "voc");
    join_path(user, data, "plugins");
    assert_int_equal(mkdir(data, 0755), 0);
    assert_int_equal(mkdir(user, 0755), 0);
    put(user, "input-tiny.so", NULL, 0644);
    setenv("XDG_DATA_HOME", w->folder, 1);
    assert_int_equal(catalogue_open(&w->catalogue, &defaults, words, w->diag), VOC_OK);
    unsetenv("XDG_DATA_HOME");
    const struct plugin *p = catalogue_find(w->catalogue, VOC_KIND_INPUT, STR("tiny"));
    assert_non_null(p);
    assert_int_equal(strncmp(p->path, user, strlen(user)), 0);
}

static void plugins_come_in_order_of_kind_and_name(void **state)
{
    struct world *w = *state;
    put(w->folder, "input-tiny.so", NULL, 0644);
    put(w->folder, "input-later.so", NULL, 0644);
    put(w->folder, "analysis-import.so", NULL, 0644);
    put(w->folder, "input-short-ops.so", NULL, 0644);
    look(w, 1);
    static const char *const order[] = {"later", "short-ops", "tiny", "import"};
    assert_int_equal(catalogue_n(w->catalogue), 4);
    for (size_t i = 0; i < 4; i++) assert_string_equal(catalogue_at(w->catalogue, i)->note.name, order[i]);
}

static void a_file_that_is_no_module_is_refused_and_other_files_are_not_looked_at(void **state)
{
    struct world *w = *state;
    char path[PATH_MAX];
    join_path(path, w->folder, "input-text.so");
    write_bytes(path, "hello\n", 6, 0644);
    join_path(path, w->folder, "notes.txt");
    write_bytes(path, "hello\n", 6, 0644);
    join_path(path, w->folder, ".input-hidden.so");
    write_bytes(path, "hello\n", 6, 0644);
    look(w, 1);
    assert_int_equal(catalogue_n(w->catalogue), 1);
    assert_true(catalogue_at(w->catalogue, 0)->refused);
    assert_non_null(strstr(catalogue_at(w->catalogue, 0)->why, "ELF"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(a_plugin_is_found_by_its_note_and_loaded_once),
        cmocka_unit_test(every_fault_of_a_descriptor_is_told),
        TEST(a_plugin_of_another_abi_is_refused_by_its_note),
        TEST(an_analysis_may_not_take_the_name_of_a_command),
        TEST(a_file_must_be_named_as_its_note_says),
        TEST(a_larger_descriptor_of_a_later_plugin_works),
        TEST(operations_that_end_before_the_last_field_are_extended_with_zeros),
        TEST(what_others_can_write_is_refused_with_the_chmod_and_never_loaded),
        TEST(a_folder_that_others_can_write_gives_nothing_but_a_warning),
        TEST(a_folder_that_was_asked_for_and_is_not_there_is_told),
        TEST(the_first_folder_wins_unless_its_plugin_is_refused),
        TEST(the_environment_adds_folders_only_where_defaults_are_asked_for),
        TEST(plugins_come_in_order_of_kind_and_name),
        TEST(a_file_that_is_no_module_is_refused_and_other_files_are_not_looked_at),
    };
    return cmocka_run_group_tests_name("plugin", tests, NULL, NULL);
}
