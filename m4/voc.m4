dnl SPDX-License-Identifier: MIT
dnl
dnl Small helpers of configure.ac.

dnl VOC_LIBRARY(VARIABLE, MODULE, MINIMUM): a library that the build cannot do without, found through pkg-config. Sets
dnl VARIABLE_CFLAGS, VARIABLE_LIBS, adds both to DEPS_CFLAGS, DEPS_LIBS, and a line to the summary.
AC_DEFUN([VOC_LIBRARY], [
  PKG_CHECK_MODULES([$1], [$2 >= $3], [], [AC_MSG_ERROR([$2 $3 or newer was not found.
    ./autogen.sh --deps installs what is missing; the README has the list.])])
  DEPS_CFLAGS="$DEPS_CFLAGS $$1_CFLAGS"
  DEPS_LIBS="$DEPS_LIBS $$1_LIBS"
  voc_summary_libraries="$voc_summary_libraries
    $2 `$PKG_CONFIG --modversion $2`"
])

dnl VOC_PLUGIN(KIND, NAME, MODULES): a shipped plugin that needs pkg-config modules of its own, with its line in the summary:
dnl without them it is left out and the rest is built. Gives the Automake conditional PLUGIN_<NAME> and PLUGIN_<NAME>_CFLAGS,
dnl _LIBS (name in capitals).
AC_DEFUN([VOC_PLUGIN], [
  PKG_CHECK_MODULES(m4_toupper([PLUGIN_$2]), [$3], [voc_plugin_state=on], [voc_plugin_state="off (needs $3)"])
  AM_CONDITIONAL(m4_toupper([PLUGIN_$2]), [test "$voc_plugin_state" = on])
  voc_summary_plugins="$voc_summary_plugins
    $1/$2: $voc_plugin_state"
])

dnl VOC_SQLITE_FTS5: stops where the SQLite that would be linked has no full-text index. Cross compiling, it is believed.
AC_DEFUN([VOC_SQLITE_FTS5], [
  AC_CACHE_CHECK([whether SQLite has FTS5], [voc_cv_sqlite_fts5], [
    voc_save_CFLAGS=$CFLAGS; voc_save_LIBS=$LIBS
    CFLAGS="$CFLAGS $SQLITE_CFLAGS"; LIBS="$SQLITE_LIBS $LIBS"
    AC_RUN_IFELSE([AC_LANG_PROGRAM([[#include <sqlite3.h>]],
        [[return sqlite3_compileoption_used("ENABLE_FTS5") ? 0 : 1;]])],
      [voc_cv_sqlite_fts5=yes], [voc_cv_sqlite_fts5=no], [voc_cv_sqlite_fts5="assumed (cross compiling)"])
    CFLAGS=$voc_save_CFLAGS; LIBS=$voc_save_LIBS])
  AS_IF([test "$voc_cv_sqlite_fts5" = no],
    [AC_MSG_ERROR([this SQLite was built without FTS5, which the project file needs for its words])])
])

dnl VOC_CFLAG(VARIABLE, FLAG): adds FLAG to VARIABLE where the compiler takes it without a word.
AC_DEFUN([VOC_CFLAG], [
  AS_VAR_PUSHDEF([cache], [voc_cv_cflag_$2])
  AC_CACHE_CHECK([whether $CC takes $2], [cache], [
    voc_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
    CFLAGS=$voc_save_CFLAGS])
  AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
  AS_VAR_POPDEF([cache])
])
