// SPDX-License-Identifier: MIT
// Looks at the first 4 KiB of a file, and at the last 64 KiB of a zip, whose directory stands there. One table of magic
// bytes; the order matters only among zips. Called where a file was refused, and by the cli to see what was meant.
#include "host/import/file_kind.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/in.h"

#define HEAD_BYTES ((size_t)4 << 10)
#define TAIL_BYTES ((size_t)64 << 10)
#define NAMES_MAX 256u
#define TAR_AT 257u

static const struct { const char *part, *what, *instead; } zips[] = { // by the name of a file in it
    {"xl/workbook.bin", "a binary Excel workbook (.xlsb)", "open it there and save it as .xlsx, and import that"},
    {"application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet", "open it there and save it as .xlsx (File > Save as), and import that"},
    {"Index/Document.iwa", "an Apple iWork document", "open it there, export it as CSV, and import the CSV"},
    {"word/document.xml", "a Word document", "a document holds no events; export the table behind it as CSV, and import that"},
    {"application/vnd.oasis.opendocument.text", "a text document", "a document holds no events; export the table behind it as CSV, and import that"},
    {"ppt/presentation.xml", "a PowerPoint presentation", "slides hold no events; export the table behind them as CSV, and import that"},
    {"AndroidManifest.xml", "a program", "name the log or export itself"},
};

static const struct { size_t at, len; const char *bytes, *what, *instead; } magics[] = {
    {0, 8, "\x89PNG\r\n\x1a\n", "a picture (PNG)", "a picture holds no events; export the table behind it as CSV, and import that"},
    {0, 3, "\xff\xd8\xff", "a picture (JPEG)", "a picture holds no events; export the table behind it as CSV, and import that"},
    {0, 4, "GIF8", "a picture (GIF)", "a picture holds no events; export the table behind it as CSV, and import that"},
    {0, 5, "%PDF-", "a PDF document", "a PDF is for reading; export the same report as CSV, and import that"},
    {0, 5, "{\\rtf", "a text document (RTF)", "a document holds no events; export the table behind it as CSV, and import that"},
    {0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file of an old Office program (.xls, .doc or .msg)", "open it there and save it as .xlsx (File > Save as), and import that"},
    {0, 4, "!BDN", "an Outlook mailbox", "export the messages as CSV, and import that"},
    {0, 4, "PAR1", "a Parquet file", "write it as CSV (duckdb: COPY (FROM 'it.parquet') TO 'it.csv'), and import that"},
    {0, 3, "Obj", "an Avro file", "write it as CSV, and import that"},
    {0, 4, "\x7f" "ELF", "a program", "name the log or export itself"},
    {0, 6, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it, and import the files in it"},
    {0, 6, "Rar!\x1a\x07", "a RAR archive", "unpack it, and import the files in it"},
    {TAR_AT, 5, "ustar", "a tar archive", "unpack it (tar -xf), and import the files in it"},
    {4, 4, "ftyp", "a film or a recording", "a recording holds no events; export the list of calls as CSV, and import that"},
    {0, 3, "ID3", "a recording", "a recording holds no events; export the list of calls as CSV, and import that"},
    {0, 16, "SQLite format 3\0", "a database (SQLite)", "export its table as CSV (sqlite3 -header -csv FILE 'SELECT * FROM TABLE'), and import that"},
};

static bool holds(voc_str s, const char *part) { return s.len && memmem(s.ptr, s.len, part, strlen(part)) != NULL; }

static struct file_look plain(enum file_kind kind) { return (struct file_look){.kind = kind, .what = "", .instead = ""}; }
static struct file_look tar(const char *what, const char *instead)
{
    return (struct file_look){.kind = FILE_FOREIGN, .what = what, .instead = instead, .archive = true};
}
static struct file_look foreign(const char *what, const char *instead)
{
    return (struct file_look){.kind = FILE_FOREIGN, .what = what, .instead = instead};
}

// Bytes 68 to 71 of a SQLite file are the id of the program that it belongs to: "Voc1" is ours (core/store/project.h).
static bool is_project(voc_str head) { return head.len >= 72 && memcmp(head.ptr, "SQLite format 3", 16) == 0 && memcmp(head.ptr + 68, "Voc1", 4) == 0; }

static const char old_office[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
static bool is_old_office(const char *head, size_t len) { return len >= 8 && memcmp(head, old_office, 8) == 0; }

// A workbook with a password lies in a file of the old kind, under this name in UTF-16.
static bool has_password(voc_str s)
{
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    return s.len && memmem(s.ptr, s.len, name, sizeof name) != NULL;
}

static bool starts_text(voc_str head, const char *word)
{
    size_t i = 0, n = strlen(word);
    while (i < head.len && strchr(" \t\r\n\xef\xbb\xbf", head.ptr[i])) i++;
    return head.len - i >= n && str_ieq(str_mk(head.ptr + i, n), str_of(word));
}

// An object, or an array of what may hold one: many logs have a bracket around their times.
static bool starts_json(voc_str head)
{
    size_t i = 0;
    while (i < head.len && strchr(" \t\r\n\xef\xbb\xbf", head.ptr[i])) i++;
    if (i == head.len || (head.ptr[i] != '{' && head.ptr[i] != '[')) return false;
    const bool array = head.ptr[i++] == '[';
    while (i < head.len && strchr(" \t\r\n", head.ptr[i])) i++;
    return i == head.len || strchr(array ? "{[]" : "\"}", head.ptr[i]) != NULL;
}

struct file_look file_look_bytes(voc_str head, voc_str tail)
{
    if (head.len == 0) return plain(FILE_EMPTY);
    if (is_project(head)) return plain(FILE_PROJECT);
    if (head.len > 4 && memcmp(head.ptr, "PK\3\4", 4) == 0)
        for (size_t i = 0; i < sizeof zips / sizeof *zips; i++)
            if (holds(head, zips[i].part) || holds(tail, zips[i].part))
                return (struct file_look){.kind = FILE_FOREIGN, .what = zips[i].what, .instead = zips[i].instead, .packed = true};
    if (head.len > 4 && memcmp(head.ptr, "PK\3\4", 4) == 0 && (holds(head, "xl/workbook.xml") || holds(tail, "xl/workbook.xml")))
        return (struct file_look){.kind = FILE_ORDINARY, .what = "an Excel workbook", .instead = "", .packed = true, .workbook = true};
    if (is_old_office(head.ptr, head.len) && (has_password(head) || has_password(tail)))
        return foreign("a workbook with a password", "open it in the spreadsheet program, save it as .xlsx without a password, and import that");
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (head.len >= magics[i].at + magics[i].len && memcmp(head.ptr + magics[i].at, magics[i].bytes, magics[i].len) == 0)
            return magics[i].at == TAR_AT ? tar(magics[i].what, magics[i].instead) : foreign(magics[i].what, magics[i].instead);
    if (starts_text(head, "<!doctype html") || starts_text(head, "<html"))
        return foreign("a web page", "the report that it shows can mostly be exported as CSV; import that");
    if (starts_text(head, "<") && holds(head, "urn:vocstream:journey"))
        return foreign("part of a journey definition", "a project follows it with voc journey use PROJECT FOLDER; name a log here");
    if (starts_text(head, "<?xml") || starts_text(head, "<!--"))
        return foreign("XML of a kind that no plugin reads", "export the same as CSV, or as XES, and import that");
    if (starts_text(head, "{") && holds(head, "json-schema.org/")) return foreign("a JSON schema", "it describes files and holds no events; name the file of events itself");
    if (starts_text(head, "action") && holds(head, "channel/campaign") && holds(head, "recorded actor"))
        return (struct file_look){.kind = FILE_FOREIGN,
                                  .what = "a worksheet of voc",
                                  .instead = "it says what actions mean, and holds no events: voc worksheet PROJECT --apply FILE takes it",
                                  .worksheet = true};
    if (starts_json(head))
        return foreign("JSON that holds no events",
                       "a record is an object, one a line or in an array; other layouts are brought to it: jq -c "
                       "'.events[]' FILE | voc import PROJECT - --as json");
    struct file_look look = plain(FILE_ORDINARY);
    look.archive = head.len > 4 && memcmp(head.ptr, "PK\3\4", 4) == 0;
    return look;
}

static size_t read_at(int fd, char *to, size_t size, off_t from)
{
    size_t got = 0;
    while (got < size) {
        ssize_t n = pread(fd, to + got, size - got, from + (off_t)got);
        if (n <= 0) break;
        got += (size_t)n;
    }
    return got;
}

struct file_look file_look(const char *path)
{
    struct file_look look = plain(FILE_NONE);
    struct stat st;
    char file[PATH_MAX];
    const size_t n = in_file_part(path); // without the sheet of a workbook
    if (n >= sizeof file) return look;
    memcpy(file, path, n);
    file[n] = 0;
    if (stat(file, &st) != 0) return look;
    if (path[n] == '/') return plain(FILE_ORDINARY); // a file in an archive: the archive says nothing of it
    look.kind = S_ISDIR(st.st_mode) ? FILE_FOLDER : FILE_ORDINARY;
    if (!S_ISREG(st.st_mode)) return look;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *bytes = fd < 0 ? NULL : mem_alloc(HEAD_BYTES + TAIL_BYTES);
    if (bytes) {
        size_t head = read_at(fd, bytes, HEAD_BYTES, 0), tail = 0;
        if ((head > 4 && memcmp(bytes, "PK\3\4", 4) == 0) || is_old_office(bytes, head))
            tail = read_at(fd, bytes + HEAD_BYTES, TAIL_BYTES, st.st_size > (off_t)TAIL_BYTES ? st.st_size - (off_t)TAIL_BYTES : 0);
        look = file_look_bytes(str_mk(bytes, head), str_mk(bytes + HEAD_BYTES, tail));
    } else {
        look.kind = FILE_NONE;
    }
    mem_free(bytes);
    if (fd >= 0) (void)close(fd);
    return look;
}

const char *file_nearest(struct arena *a, const char *wanted, const char *ending, enum file_kind kind, size_t *n)
{
    const char *names[NAMES_MAX], *slash = strrchr(wanted, '/');
    size_t found = 0, folder = slash ? (size_t)(slash - wanted) + 1 : 0;
    const char *path = folder ? arena_printf(a, "%.*s", (int)folder, wanted) : ".";
    DIR *d = path ? opendir(path) : NULL;
    for (struct dirent *e = NULL; d && found < NAMES_MAX && (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.' || (ending && !str_ends(str_of(e->d_name), ending))) continue;
        const char *name = arena_printf(a, "%.*s%s", (int)folder, wanted, e->d_name);
        if (name && (kind == FILE_NONE || file_look(name).kind == kind)) names[found++] = name;
    }
    if (d) (void)closedir(d);
    if (n) *n = found;
    return found == 1 && ending ? names[0] : str_nearest(str_of(wanted), names, found);
}

bool file_say_kind(const char *path, struct file_look look, struct diag *d)
{
    if (look.kind == FILE_PROJECT)
        diag_error(d, "IMPORT-013", path, 0, "name the files to be read behind the project: voc import PROJECT FILE; what it holds is shown by voc stats",
                   "this is a Vocstream project, not a log");
    else if (look.kind == FILE_FOREIGN)
        diag_error(d, "IMPORT-013", path, 0, look.instead, "this is %s", look.what);
    return look.kind == FILE_PROJECT || look.kind == FILE_FOREIGN;
}

bool file_say_missing(const char *path, struct file_look look, struct arena *a, struct diag *d)
{
    if (look.kind == FILE_FOLDER) {
        const char *hint = arena_printf(a, "name the files in it, for example %s%s*.csv", path, path[strlen(path) - 1] == '/' ? "" : "/");
        diag_error(d, "IN-003", path, 0, hint, "this is a folder, not a file");
        return true;
    }
    if (look.kind != FILE_NONE || access(path, F_OK) == 0 || errno != ENOENT || strcmp(path, "-") == 0) return false;
    const char *near = file_nearest(a, path, NULL, FILE_NONE, NULL);
    const char *hint = near ? arena_printf(a, "did you mean %s?", near) : "check the name and the folder (ls shows what is there)";
    diag_error(d, "IN-001", path, 0, hint, "there is no such file");
    return true;
}
