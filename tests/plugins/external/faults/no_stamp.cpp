// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any shared library that lies in the folder by accident.
extern "C" __attribute__((visibility("default"))) int answer() { return 42; }
