// SPDX-License-Identifier: MIT
// Workbooks as text: what the cells of a sheet become, which sheet is read, where rows stood, and what is refused with which words.
// The workbooks are made here, as the programs that people use make them.
#include "in_helpers.h"
#include "base/xml.h"
#include "io/in_book.h"
#include "io/lines.h"

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define DOT_RELS "<Relationships><Relationship Id=\"r\" Type=\"" OFFICE "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
#define RELS_OF_ONE                                                                                                                        \
    "<Relationships><Relationship Id=\"rId1\" Type=\"" OFFICE "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"                          \
    "<Relationship Id=\"rId8\" Type=\"" OFFICE "/sharedStrings\" Target=\"sharedStrings.xml\"/>"                                           \
    "<Relationship Id=\"rId9\" Type=\"" OFFICE "/styles\" Target=\"/xl/styles.xml\"/></Relationships>"
#define BOOK_OF_ONE "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><sheets><sheet name=\"Partners\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
#define BOOK_1904                                                                                                                                       \
    "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><workbookPr date1904=\"1\"/><sheets><sheet name=\"P\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
#define STYLES                                                                                                                              \
    "<styleSheet xmlns=\"" MAIN "\"><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd.mm.yyyy\\ hh:mm\"/><numFmt numFmtId=\"165\" formatCode=\"00000\"/></numFmts>" \
    "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"                                                                                      \
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>"
#define T(text) "<c t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define HEAD "<row r=\"1\">" T("date") T("who") T("what") "</row>"

struct member { const char *name, *text; };

static struct buf zip_of(const struct member *m, size_t n)
{
    struct buf out;
    size_t used = 0, room = (size_t)1 << 20;
    buf_init(&out, (size_t)1 << 28);
    assert_non_null(buf_room(&out, room));
    struct archive *a = archive_write_new();
    archive_write_set_bytes_per_block(a, 0);
    assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(a, out.ptr, room, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        size_t len = strlen(m[i].text);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_pathname(e, m[i].name);
        archive_entry_set_size(e, (la_int64_t)len);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, m[i].text, len), (la_ssize_t)len);
        archive_entry_free(e);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    out.len = used;
    return out;
}

// A workbook of one sheet, the sheet in front of what it needs.
static struct buf book_as(const char *workbook, const char *cells, const char *behind, const char *strings)
{
    struct buf sheet, shared;
    buf_init(&sheet, (size_t)1 << 26);
    buf_init(&shared, (size_t)1 << 26);
    buf_printf(&sheet, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<worksheet xmlns=\"" MAIN "\"><dimension ref=\"A1\"/><sheetData>%s</sheetData>%s</worksheet>", cells, behind);
    buf_printf(&shared, "<sst xmlns=\"" MAIN "\">%s</sst>", strings);
    const struct member m[] = {{"[Content_Types].xml", "<Types/>"}, {"_rels/.rels", DOT_RELS}, {"xl/worksheets/sheet1.xml", sheet.ptr}, {"xl/sharedStrings.xml", shared.ptr},
                               {"xl/workbook.xml", workbook}, {"xl/_rels/workbook.xml.rels", RELS_OF_ONE}, {"xl/styles.xml", STYLES}};
    struct buf zip = zip_of(m, sizeof m / sizeof *m);
    buf_done(&sheet);
    buf_done(&shared);
    return zip;
}

static struct buf book(const char *cells) { return book_as(BOOK_OF_ONE, cells, "", ""); }

static void reads(struct buf zip, const char *expected)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct in *in = of_memory("book.xlsx", view(&zip));
        gives(in, str_of(expected), steps[i]);
        in_close(in);
    }
    buf_done(&zip);
}

static void is_refused(struct buf zip, voc_rc rc, const char *why)
{
    fails(view(&zip), NULL, NULL, rc, why);
    buf_done(&zip);
}

// The text, and what is told of it.
static void tells(struct buf zip, const char *expected, const char *const *told, size_t n)
{
    struct diag *d = diag_new();
    struct in *in = NULL;
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    assert_int_equal(in_memory(&in, "book.xlsx", zip.ptr, zip.len, NULL, d), VOC_OK);
    assert_int_equal(read_all(in, &out, 100), VOC_OK);
    assert_string_equal(out.ptr, expected);
    assert_int_equal(diag_n(d), n);
    for (size_t i = 0; i < n; i++)
        if (!strstr(diag_at(d, i)->message, told[i])) fail_msg("'%s' has no '%s'", diag_at(d, i)->message, told[i]);
    in_close(in);
    buf_done(&out);
    diag_free(d);
    buf_done(&zip);
}

// ---- cells

static void strings_are_put_together_and_how_they_are_spoken_is_left_out(void **state)
{
    (void)state;
    reads(book_as(BOOK_OF_ONE,
                  "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"inlineStr\"><is><r><t>in</t></r><r><t xml:space=\"preserve\"> line</t></r></is></c></row>"
                  "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"B2\" t=\"s\"><v>3</v></c><c r=\"C2\" t=\"str\"><f>A1&amp;B1</f><v>of a formula, with a comma</v></c></row>"
                  "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>4</v></c><c r=\"B3\" t=\"s\"><v>5</v></c><c r=\"C3\" t=\"s\"><v>6</v></c></row>",
                  "",
                  "<si><t>name</t></si><si><r><rPr><b/></rPr><t>bold</t></r><r><t xml:space=\"preserve\"> and not</t></r></si>"
                  "<si><t>\xE8\xAA\xB2</t><rPh sb=\"0\" eb=\"1\"><t>\xE3\x82\xAB</t></rPh></si><si><t>\n  laid out\n </t></si>"
                  "<si><t>say \"so\"</t></si><si><t xml:space=\"preserve\"> two\nlines_x000D__x005F_x</t></si><si><t/></si>"),
          "name,bold and not,in line\n\xE8\xAA\xB2,laid out,\"of a formula, with a comma\"\n\"say \"\"so\"\"\",\" two\nlines\r_x\",\n");
}

static void a_number_is_a_date_where_its_format_says_so(void **state)
{
    (void)state;
    static const struct { const char *code; uint8_t format; } codes[] = {
        {"General", NUMBER_PLAIN}, {"Standard", NUMBER_PLAIN}, {"0.00", NUMBER_PLAIN}, {"#,##0.00\\ \"d\"", NUMBER_PLAIN}, {"0.00E+00", NUMBER_PLAIN}, {"@", NUMBER_PLAIN},
        {"[Red]0.0", NUMBER_PLAIN}, {"#,##0\\ [$\xE2\x82\xAC-407]", NUMBER_PLAIN}, {"_-* #,##0_d", NUMBER_PLAIN}, {"yyyy-mm-dd", NUMBER_DATE}, {"DD.MM.YYYY;@", NUMBER_DATE},
        {"[$-409]d-mmm-yy", NUMBER_DATE}, {"mmmm", NUMBER_DATE}, {"hh:mm", NUMBER_TIME}, {"h:mm AM/PM", NUMBER_TIME}, {"mm:ss.0", NUMBER_TIME}, {"m/d/yy h:mm", NUMBER_DATE_TIME},
        {"yyyy-mm-dd\"T\"hh:mm:ss", NUMBER_DATE_TIME}, {"[h]:mm:ss", NUMBER_ELAPSED}, {"[mm]:ss", NUMBER_ELAPSED}, {"00000", NUMBER_ZEROS + 5}, {"0", NUMBER_PLAIN}, {"", NUMBER_PLAIN}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (number_format_of(str_of(codes[i].code)) != codes[i].format) fail_msg("%s is %d", codes[i].code, number_format_of(str_of(codes[i].code)));
    assert_int_equal(number_format_builtin(14), NUMBER_DATE);
    assert_int_equal(number_format_builtin(21), NUMBER_TIME);
    assert_int_equal(number_format_builtin(22), NUMBER_DATE_TIME);
    assert_int_equal(number_format_builtin(46), NUMBER_ELAPSED);
    assert_int_equal(number_format_builtin(4), NUMBER_PLAIN);
}

static void numbers_are_written_as_they_are_and_dates_as_iso(void **state)
{
    (void)state;
    static const struct { const char *raw; uint8_t format; bool from_1904; const char *text; } cases[] = {
        {"12", NUMBER_PLAIN, false, "12"}, {"-7", NUMBER_PLAIN, false, "-7"}, {"12345678901234567890", NUMBER_PLAIN, false, "12345678901234567890"},
        {"0.10000000000000001", NUMBER_PLAIN, false, "0.1"}, {"30.299999999999997", NUMBER_PLAIN, false, "30.299999999999997"}, {"1E+20", NUMBER_PLAIN, false, "100000000000000000000"},
        {"1.5E-5", NUMBER_PLAIN, false, "0.000015"}, {"12.0", NUMBER_PLAIN, false, "12"}, {"n/a", NUMBER_PLAIN, false, "n/a"}, {"1234", NUMBER_ZEROS + 5, false, "01234"},
        {"45474", NUMBER_DATE, false, "2024-07-01"}, {"45474.4375", NUMBER_DATE_TIME, false, "2024-07-01 10:30"}, {"45474.437511574077", NUMBER_DATE_TIME, false, "2024-07-01 10:30:01"},
        {"45474", NUMBER_DATE_TIME, false, "2024-07-01 00:00"}, {"45474.5", NUMBER_DATE, false, "2024-07-01 12:00"}, {"0.4375", NUMBER_TIME, false, "10:30:00"},
        {"1.5", NUMBER_ELAPSED, false, "36:00:00"}, {"44012", NUMBER_DATE, true, "2024-07-01"}, {"0", NUMBER_DATE, true, "1904-01-01"}, {"1", NUMBER_DATE, false, "1900-01-01"},
        {"59", NUMBER_DATE, false, "1900-02-28"}, {"60", NUMBER_DATE, false, "1900-02-29"}, {"61", NUMBER_DATE, false, "1900-03-01"}, {"-1", NUMBER_DATE, false, "-1"},
        {"2958465", NUMBER_DATE, false, "9999-12-31"}, {"2958466", NUMBER_DATE, false, "2958466"}, {"45474.437500011577", NUMBER_DATE_TIME, false, "2024-07-01 10:30"},
        {"45474.999999999", NUMBER_DATE_TIME, false, "2024-07-02 00:00"}, {"45474.437502893517", NUMBER_DATE_TIME, false, "2024-07-01 10:30:00.250"}};
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&out);
        assert_int_equal(number_text(&out, str_of(cases[i].raw), cases[i].format, cases[i].from_1904), VOC_OK);
        if (strcmp(out.ptr, cases[i].text) != 0) fail_msg("%s is %s, not %s", cases[i].raw, out.ptr, cases[i].text);
    }
    buf_done(&out);
}

static void cells_of_each_type_are_read(void **state)
{
    (void)state;
    static const char cells[] = HEAD "<row r=\"2\"><c r=\"A2\" s=\"1\"><v>45474</v></c><c r=\"B2\" s=\"3\"><v>42</v></c><c r=\"C2\" t=\"b\"><v>1</v></c></row>"
                                     "<row r=\"3\"><c r=\"A3\" t=\"d\"><v>2024-07-01T10:30:00</v></c><c r=\"B3\" s=\"77\"><v>1.5</v></c><c r=\"C3\" t=\"b\"><v>0</v></c></row>";
    reads(book(cells), "date,who,what\n2024-07-01,00042,TRUE\n2024-07-01T10:30:00,1.5,FALSE\n");
    reads(book_as(BOOK_1904, HEAD "<row><c s=\"1\"><v>44012</v></c></row>", "", ""), "date,who,what\n2024-07-01,,\n");
}

static void places_are_those_of_the_cells_or_one_behind_the_other(void **state)
{
    (void)state;
    reads(book("<row>" T("a") T("b") "<c r=\"D1\" t=\"inlineStr\"><is><t>d</t></is></c></row><row/><row r=\"5\"><c r=\"C5\"><v>3</v></c><c><v>4</v></c></row>"
               "<row><c/><c><v>2</v></c></row><row r=\"9\"><c r=\"B9\"><v>2</v></c><c r=\"A9\"><v>1</v></c></row>"),
          "a,b,column C,d\n,,3,4\n,2,,\n1,2,,\n");
}

static void rows_are_known_by_their_numbers_in_the_sheet(void **state)
{
    (void)state;
    struct buf zip = book("<row r=\"1\">" T("Report of July") "</row><row r=\"4\">" T("date") T("who") T("what") "</row><row r=\"5\">" T("1") T("two\nlines\n") T("x") "</row>"
                          "<row r=\"6\">" T("2") T("b") T("y") "</row><row r=\"40\">" T("3") T("c") T("z") "</row>");
    static const uint64_t rows[] = {5, 6, 40};
    voc_line_rule rule = {.struct_size = sizeof rule, .separator = ',', .quote = '"', .n_head = 1};
    struct in *in = of_memory("book.xlsx", view(&zip));
    struct lines *l = NULL;
    struct lines_block b;
    lines_block_init(&b);
    assert_int_equal(in_text(in, "auto"), VOC_OK);
    assert_int_equal(lines_new(&l, in, &rule, NULL), VOC_OK);
    assert_int_equal(lines_head(l, &b), VOC_OK);
    assert_int_equal(b.line.at[0], 4);
    assert_int_equal(lines_next(l, &b, 1 << 20), VOC_OK);
    assert_int_equal(b.line.n, 3);
    for (size_t i = 0; i < 3; i++) assert_int_equal(b.line.at[i], rows[i]);
    lines_free(l);
    lines_block_done(&b);
    in_close(in);
    buf_done(&zip);
}

// ---- the names of the columns

static void titles_above_the_names_are_left_out_and_told(void **state)
{
    (void)state;
    static const char *const told[] = {"the columns are named in row 4; 2 rows above were left out (\"Partners\")"};
    tells(book("<row r=\"1\">" T("Partners") "</row><row r=\"2\">" T("as of") "<c s=\"1\"><v>45474</v></c></row><row r=\"4\">" T("date") T("who") T("what") T("how") "</row>"
               "<row r=\"5\">" T("1") T("a") T("b") T("c") "</row>"),
          "date,who,what,how\n1,a,b,c\n", told, 1);
}

static void merged_names_are_refused_with_their_cells(void **state)
{
    (void)state;
    static const char cells[] = "<row r=\"1\">" T("Title") "</row><row r=\"2\">" T("date")
        T("who") "<c r=\"D2\" t=\"inlineStr\"><is><t>what</t></is></c></row><row r=\"3\">" T("1") T("a") T("x") T("b") "</row>";
    is_refused(book_as(BOOK_OF_ONE, cells,
                       "<mergeCells count=\"2\"><mergeCell ref=\"A1:D1\"/><mergeCell ref=\"B2:C2\"/></mergeCells>", ""),
               VOC_E_INPUT, "cells B2:C2 are merged, in the row that names the columns");
    is_refused(book_as(BOOK_OF_ONE, cells, "<mergeCells><mergeCell ref='A1:A2'/></mergeCells>", ""), VOC_E_INPUT, "cells A1:A2 are merged");
    static const char *const told[] = {"row 2", "1 cell was merged with others: only the first has the text (the first: A3)"};
    tells(book_as(BOOK_OF_ONE, cells,
                  "<x:mergeCells xmlns:x=\"" MAIN "\"><x:mergeCell ref=\"A1:D1\"/><x:mergeCell ref=\"A3:A9\"/></x:mergeCells>", ""),
          "date,who,column C,what\n1,a,x,b\n", told, 2);
}

static void what_has_no_value_is_empty_and_told(void **state)
{
    (void)state;
    static const char *const told[] = {"2 cells hold an error such as #N/A and were read as empty (the first: B2)", "1 cell holds a formula without its result and was read as empty (the first: C2)"};
    tells(
        book(
            HEAD
            "<row r=\"2\">" T("1") "<c r=\"B2\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"C2\"><f>SUM(A1:A2)</f></c></row><row r=\"3\">" T(
                "2") "<c t=\"e\"><v>#N/A</v></c><c r=\"C3\" s=\"1\"/></row>"),
        "date,who,what\n1,,\n2,,\n", told, 2);
}

// ---- sheets

#define SHEET(text) "<worksheet xmlns=\"" MAIN "\"><sheetData>" text "</sheetData></worksheet>"
static const struct member several[] = {
    {"[Content_Types].xml", "<Types/>"},
    {"_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" Target=\"/xl/here/book.xml\"/></Relationships>"},
    {"xl/here/book.xml",
     "<x:workbook xmlns:x=\"" MAIN "\" xmlns:q=\"" OFFICE "\"><x:sheets><x:sheet name=\"North\" sheetId=\"4\" q:id=\"a\"/><x:sheet name=\"South/West\" sheetId=\"5\" q:id=\"b\"/>"
     "<x:sheet name=\"old\" sheetId=\"6\" state=\"veryHidden\" q:id=\"c\"/><x:sheet name=\"Chart\" sheetId=\"7\" q:id=\"d\"/><x:sheet name=\"Sheet5\" sheetId=\"8\" q:id=\"e\"/></x:sheets></x:workbook>"},
    {"xl/here/_rels/book.xml.rels",
     "<Relationships><Relationship Id=\"a\" Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet\" Target=\"../sheets/./n.xml\"/>"
     "<Relationship Id=\"b\" Type=\"x/worksheet\" Target=\"/xl/sheets/s.xml\"/><Relationship Id=\"c\" Type=\"x/worksheet\" Target=\"/xl/sheets/o.xml\"/>"
     "<Relationship Id=\"d\" Type=\"x/chartsheet\" Target=\"/xl/c.xml\"/><Relationship Id=\"e\" Type=\"x/worksheet\" Target=\"/xl/sheets/e.xml\"/></Relationships>"},
    {"xl/sheets/n.xml", "<x:worksheet xmlns:x=\"" MAIN "\"><x:sheetData><x:row><x:c t=\"inlineStr\"><x:is><x:t>a</x:t></x:is></x:c><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"},
    {"xl/sheets/s.xml", SHEET("<row>" T("south") "</row>")},
    {"xl/sheets/o.xml", SHEET("<row>" T("old") "</row>")},
    {"xl/sheets/e.xml", SHEET("<row r=\"1\"><c r=\"A1\" s=\"0\"/></row>")},
    {"xl/c.xml", "<chartsheet/>"}};

static void a_sheet_is_read_by_its_name(void **state)
{
    (void)state;
    static const struct { const char *path, *text; } sheets[] = {{"m.xlsx!North", "a,1\n"}, {"m.xlsx!South/West", "south\n"}, {"m.xlsx!South_West", "south\n"}, {"m.xlsx!old", "old\n"}, {"m.xlsx!Sheet5", ""}};
    struct buf zip = zip_of(several, sizeof several / sizeof *several);
    put("m.xlsx", view(&zip));
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        struct in *in = NULL;
        assert_int_equal(in_open(&in, sheets[i].path, NULL, NULL), VOC_OK);
        gives(in, str_of(sheets[i].text), 100);
        in_close(in);
    }
    struct diag *d = diag_new();
    struct in *in = NULL;
    assert_int_equal(in_open(&in, "m.xlsx!Nroth", NULL, d), VOC_E_INPUT);
    assert_string_equal(diag_at(d, 0)->message, "the workbook has no sheet \"Nroth\"");
    assert_string_equal(diag_at(d, 0)->hint, "did you mean \"North\"?");
    diag_clear(d);
    assert_int_equal(in_open(&in, "m.xlsx", NULL, d), VOC_E_INPUT);
    assert_string_equal(diag_at(d, 0)->message, "this workbook has 2 sheets: \"North\", \"South/West\"");
    put("plain!name.csv", STR("a\n"));
    assert_int_equal(in_open(&in, "plain!name.csv", NULL, d), VOC_OK); // a file of that name comes first
    in_close(in);
    assert_int_equal(in_open(&in, "plain!name.csv!x", NULL, d), VOC_E_INPUT);
    diag_free(d);
    unlink("plain!name.csv");
    assert_int_equal(in_file_part("gone.xlsx!A!b"), strlen("gone.xlsx"));
    assert_int_equal(in_file_part("gone.csv!A"), strlen("gone.csv!A"));
    unlink("m.xlsx");
    buf_done(&zip);
}

static void sheets_are_listed_with_what_they_are(void **state)
{
    (void)state;
    static const struct in_sheet expected[] = {{(char *)(uintptr_t)"North", false, false, false, false}, {(char *)(uintptr_t)"South_West", false, false, false, false}, {(char *)(uintptr_t)"old", true, false, false, false},
                                               {(char *)(uintptr_t)"Chart", false, true, true, false}, {(char *)(uintptr_t)"Sheet5", false, false, true, false}};
    struct buf zip = zip_of(several, sizeof several / sizeof *several);
    struct in_sheets list = {0};
    put("m.xlsx", view(&zip));
    assert_int_equal(in_list_sheets(&list, "m.xlsx", NULL), VOC_OK);
    assert_int_equal(list.at.n, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct in_sheet *t = &list.at.at[i];
        assert_string_equal(t->name, expected[i].name);
        assert_true(t->hidden == expected[i].hidden && t->other == expected[i].other && t->empty == expected[i].empty);
    }
    in_sheets_done(&list);
    put("m.xlsx", STR("a,b\n"));
    assert_int_equal(in_list_sheets(&list, "m.xlsx", NULL), VOC_OK);
    assert_int_equal(list.at.n, 0);
    unlink("m.xlsx");
    buf_done(&zip);
}

// ---- what is refused

static void what_is_no_sheet_is_refused_in_words(void **state)
{
    (void)state;
    is_refused(book(HEAD "<row r=\"2\"><c t=\"s\"><v>3</v></c></row>"), VOC_E_INPUT, "cell A2 names a text that the workbook does not have");
    is_refused(book(HEAD "<row r=\"1\">" T("again") "</row>"), VOC_E_INPUT, "row \"1\" is outside the sheet or out of order");
    is_refused(book(HEAD "<row r=\"1048577\"/>"), VOC_E_INPUT, "row \"1048577\" is outside the sheet");
    is_refused(book(HEAD "<row r=\"2\"><c r=\"XFE2\"><v>1</v></c></row>"), VOC_E_INPUT, "cell \"XFE2\" is outside the sheet");
    is_refused(book(HEAD "<row r=\"2\"><c r=\"A3\"><v>1</v></c></row>"), VOC_E_INPUT, "cell \"A3\" is outside");
    is_refused(book(HEAD "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"A2\"><v>2</v></c></row>"), VOC_E_INPUT, "cell A2 is there twice");
    is_refused(book(HEAD "<row r=\"2\"><c></row>"), VOC_E_INPUT, "mismatch");
    is_refused(book_as("<!DOCTYPE w [<!ENTITY a \"b\">]><workbook/>", HEAD, "", ""), VOC_E_INPUT, "DOCTYPE");
    is_refused(book_as("<workbook/>", HEAD, "", ""), VOC_E_INPUT, "does not say which sheets it has");
    is_refused(book(""), VOC_E_INPUT, "no sheet of this workbook that is shown holds anything");
    struct buf out;
    struct diag *d = diag_new();
    struct buf zip = book(HEAD);
    buf_init(&out, (size_t)1 << 20);
    assert_int_equal(through_a_pipe(view(&zip), 5000, &out, d), VOC_E_INPUT);
    assert_non_null(strstr(diag_at(d, 0)->message, "a workbook cannot be read through a pipe"));
    buf_done(&out);
    buf_done(&zip);
    diag_free(d);
}

static voc_rc try(voc_str bytes)
{
    struct in *in = NULL;
    struct diag *d = diag_new();
    struct buf out;
    buf_init(&out, (size_t)1 << 26);
    voc_rc rc = in_memory(&in, "book.xlsx", bytes.ptr, bytes.len, NULL, d);
    if (rc == VOC_OK) rc = read_all(in, &out, 1000);
    in_close(in);
    if (rc == VOC_E_INPUT && diag_count(d, VOC_ERROR) == 0) fail_msg("nothing was said");
    buf_done(&out);
    diag_free(d);
    return rc;
}

static void what_is_cut_off_or_damaged_is_said(void **state)
{
    (void)state;
    struct buf zip = book_as(BOOK_OF_ONE, HEAD "<row r=\"2\"><c t=\"s\"><v>0</v></c></row>", "<mergeCells><mergeCell ref=\"A9:B9\"/></mergeCells>", "<si><t>x</t></si>");
    for (size_t n = 5; n + 1 < zip.len; n += 41) assert_int_not_equal(try(str_mk(zip.ptr, n)), VOC_OK);
    for (size_t i = 4; i < zip.len; i += 17) {
        for (int bit = 0; bit < 8; bit += 3) {
            zip.ptr[i] = (char)(zip.ptr[i] ^ (1 << bit));
            (void)try(view(&zip)); // an answer or a refusal
            zip.ptr[i] = (char)(zip.ptr[i] ^ (1 << bit));
        }
    }
    assert_int_equal(try(view(&zip)), VOC_OK);
    buf_done(&zip);
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    struct buf zip = book_as(BOOK_OF_ONE, HEAD "<row r=\"2\"><c t=\"s\"><v>0</v></c></row>", "<mergeCells><mergeCell ref=\"A9:B9\"/></mergeCells>", "<si><t>x</t></si>");
    uint64_t nth = 1;
    for (bool fired = true; fired && nth < 2000; nth++) {
        struct in *in = NULL;
        char text[100];
        size_t got = 1;
        mem_fault(nth, false);
        voc_rc rc = in_memory(&in, "book.xlsx", zip.ptr, zip.len, NULL, NULL);
        while (rc == VOC_OK && got > 0) rc = in_read(in, text, sizeof text, &got);
        in_close(in);
        fired = mem_fault_fired();
        mem_fault(0, false);
        if (fired && rc != VOC_E_NOMEM) fail_msg("allocation %llu: %s", (unsigned long long)nth, rc_name(rc));
        if (!fired) assert_int_equal(rc, VOC_OK);
    }
    assert_true(nth > 20);
    buf_done(&zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_put_together_and_how_they_are_spoken_is_left_out),
        cmocka_unit_test(a_number_is_a_date_where_its_format_says_so),
        cmocka_unit_test(numbers_are_written_as_they_are_and_dates_as_iso),
        cmocka_unit_test(cells_of_each_type_are_read),
        cmocka_unit_test(places_are_those_of_the_cells_or_one_behind_the_other),
        cmocka_unit_test(rows_are_known_by_their_numbers_in_the_sheet),
        cmocka_unit_test(titles_above_the_names_are_left_out_and_told),
        cmocka_unit_test(merged_names_are_refused_with_their_cells),
        cmocka_unit_test(what_has_no_value_is_empty_and_told),
        cmocka_unit_test(a_sheet_is_read_by_its_name),
        cmocka_unit_test(sheets_are_listed_with_what_they_are),
        cmocka_unit_test(what_is_no_sheet_is_refused_in_words),
        cmocka_unit_test(what_is_cut_off_or_damaged_is_said),
        cmocka_unit_test(each_allocation_may_fail),
    };
    (void)xml_init();
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
