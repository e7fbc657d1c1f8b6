#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Where the figures of expected.out come from: the csv module of Python and nothing of this project. Run by hand, with the
# folder of the shared surveys: derive.py FOLDER. Columns of the tool itself are those before `first` and behind `last`.
import csv, glob, os, sys

MISSING = {"", "N/A", "NULL", "-99"}
FORMS = {  # folder or file: header rows, first column of a question, columns at the end that are none
    "qualtrics": (None, None, 3),
    "limesurvey/survey_998192_R_data_file.csv": (1, 7, 20),
    "surveymonkey/StarWars.csv": (2, 1, 0),
    "surveymonkey/comma-survey.csv": (1, 1, 0),
    "surveymonkey/flying-etiquette.csv": (1, 1, 0),
    "surveymonkey/steak-risk-survey.csv": (2, 1, 0),
    "prepbench/case_040/inputs/input_01.csv": (1, 1, 0),
    "prepbench/case_040/inputs/input_02.csv": (1, 1, 0),
}


def read(path):
    raw = open(path, "rb").read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return [r for r in csv.reader(text.splitlines(True)) if any(c.strip() for c in r)]


def figures(path, head, first, behind):
    rows = read(path)
    if head is None:  # Qualtrics: V1.. has two rows and 10 columns of its own, the other three and 11
        legacy = rows[0][0].startswith("V1")
        head, first = (2, 10) if legacy else (3, 11)
        behind += legacy  # an empty column at the end
    width = len(rows[0])
    answers = responses = 0
    for row in rows[head:]:
        n = sum(c.strip() not in MISSING for c in row[first : width - behind])
        responses += n > 0
        answers += n
    return len(rows) - head, responses, answers


top = sys.argv[1]
for name, (head, first, behind) in FORMS.items():
    paths = sorted(glob.glob(os.path.join(top, name, "*", "*.csv"))) if name == "qualtrics" else [os.path.join(top, name)]
    for path in paths:
        print("|".join([os.path.relpath(path, top), *map(str, figures(path, head, first, behind))]))
