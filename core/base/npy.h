// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace assay {

class MappedFile;

/// An array of numbers from NumPy's .npy format, in C order whatever the file's. One of the two vectors holds it.
struct NpyArray {
    std::vector<std::size_t> shape;     ///< empty for a single number
    std::vector<double> reals;          ///< float16, float32, float64
    std::vector<std::int64_t> integers; ///< bool, signed and unsigned up to 64 bits

    [[nodiscard]] bool isReal() const { return integers.empty(); }
    [[nodiscard]] std::size_t size() const { return reals.size() + integers.size(); }
};

/// Versions 1 to 3, either byte order, C and Fortran order. Python objects, records and text are
/// Unsupported; a header beyond 64 KiB, a shape that overflows or does not match the bytes that follow is Format.
/// `name` is what errors call the file.
[[nodiscard]] Result<NpyArray> parseNpy(std::span<const std::byte> bytes, const std::string& name);
[[nodiscard]] Result<NpyArray> readNpy(const std::filesystem::path& file);

/// A matrix of real numbers, [rows, columns] row by row. One of the two spans holds it: where it lies in the file as
/// the machine would have it, the file is mapped and nothing is copied; else it is read, as doubles.
struct NpyMatrix {
    NpyMatrix() = default;
    NpyMatrix(NpyMatrix&&) = default;
    NpyMatrix& operator=(NpyMatrix&&) = default;
    ~NpyMatrix() = default;
    std::size_t rows = 0, columns = 0;
    std::span<const float> floats;
    std::span<const double> doubles;
    std::shared_ptr<const MappedFile> file; ///< null where it was read
    std::vector<double> held;
};
/// Fails as readNpy() does, and where the array has not two axes of real numbers.
[[nodiscard]] Result<NpyMatrix> mapNpyMatrix(const std::filesystem::path& file);

/// What stands before the numbers: version 1.0, C order, padded to 64 bytes. `descr` as "<f4".
[[nodiscard]] std::string npyHeader(const std::string& descr, std::span<const std::size_t> shape);
/// Writes float32 numbers in C order; their count is the product of the shape.
[[nodiscard]] Status writeNpy(const std::filesystem::path& file, std::span<const float> values,
                              std::span<const std::size_t> shape);

} // namespace assay
