// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace assay {

/// What kind of expected failure happened; decides the wording's remedy, never the wording itself.
enum class ErrorCode {
    InvalidArgument, ///< a setting or option out of its range
    NotFound,        ///< file, column, run, sample or id that is not there
    Format,          ///< content that is not what it claims to be
    Io,              ///< the operating system refused
    NoSpace,         ///< disk full
    Unsupported,     ///< recognised, but not read or done here
    Damaged,         ///< recognised, and broken
    Newer,           ///< made by a newer version of Assay
    ReadOnly,        ///< a write on something opened read-only
    Busy,            ///< held by another process
    Numeric,         ///< NaN, infinity, or nothing to compute from
    Plugin,          ///< a plugin that does not fit or threw
    Device,          ///< a device that is missing or failed
    Cancelled,       ///< the user stopped it; not an error to report
    Internal,        ///< an exception that nobody foresaw
};

/// An expected failure: one sentence for a person, and what it is about (file, row, sample, setting).
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message; ///< a whole sentence's worth, without the final full stop
    std::string context; ///< file, row, sample or setting; may be empty

    /// "message: context", for a status line or standard error.
    [[nodiscard]] std::string sentence() const { return context.empty() ? message : message + ": " + context; }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string context = {}) {
    return tl::unexpected<Error>(Error{code, std::move(message), std::move(context)});
}

} // namespace assay

#define ASSAY_CONCAT_INNER(a, b) a##b
#define ASSAY_CONCAT(a, b) ASSAY_CONCAT_INNER(a, b)

/// Evaluates a Result, returns its Error from the enclosing function, or binds the value.
#define ASSAY_TRY(declaration, expression) ASSAY_TRY_INNER(declaration, expression, ASSAY_CONCAT(assayTry, __LINE__))
#define ASSAY_TRY_INNER(declaration, expression, name)                                                                 \
    auto name = (expression);                                                                                          \
    if (!name) return tl::unexpected<::assay::Error>(std::move(name).error());                                         \
    declaration = std::move(*name)

/// The same for a Status, which carries no value.
#define ASSAY_CHECK_STATUS(expression)                                                                                 \
    do {                                                                                                               \
        if (auto assayStatus = (expression); !assayStatus)                                                             \
            return tl::unexpected<::assay::Error>(std::move(assayStatus).error());                                     \
    } while (false)
