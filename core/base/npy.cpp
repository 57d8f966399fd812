// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/npy.h"

#include "core/base/files.h"
#include "core/base/text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

namespace assay {
namespace {

constexpr std::size_t kMostHeader = 64 * 1024;
constexpr std::size_t kMostDimensions = 32;

struct Header {
    std::string descr;
    bool fortran = false;
    std::vector<std::size_t> shape;
};

/// The Python dictionary literal that NumPy writes: text keys; text, booleans and tuples of integers as values.
class HeaderParser {
public:
    explicit HeaderParser(std::string_view text) : m_rest(text) {}

    std::optional<Header> parse() {
        Header header;
        bool descr = false, order = false, shape = false;
        if (!take('{')) return std::nullopt;
        while (!take('}')) {
            const auto key = quoted();
            if (!key || !take(':')) return std::nullopt;
            if (*key == "descr" && !descr) {
                descr = true;
                if (peek() == '[') {
                    header.descr = "["; // a record type; nothing after it matters
                    return header;
                }
                const auto text = quoted();
                if (!text) return std::nullopt;
                header.descr = *text;
            } else if (*key == "fortran_order" && !order) {
                order = true;
                header.fortran = word("True");
                if (!header.fortran && !word("False")) return std::nullopt;
            } else if (*key == "shape" && !shape) {
                shape = true;
                if (!tuple(header.shape)) return std::nullopt;
            } else {
                return std::nullopt;
            }
            if (!take(',') && peek() != '}') return std::nullopt;
        }
        skipSpace();
        if (!m_rest.empty() || !descr || !order || !shape) return std::nullopt;
        return header;
    }

private:
    void skipSpace() {
        const std::size_t at = m_rest.find_first_not_of(" \t\r\n");
        m_rest.remove_prefix(std::min(at, m_rest.size()));
    }
    char peek() {
        skipSpace();
        return m_rest.empty() ? '\0' : m_rest.front();
    }
    bool take(char c) {
        if (peek() != c || m_rest.empty()) return false;
        m_rest.remove_prefix(1);
        return true;
    }
    bool word(std::string_view expected) {
        skipSpace();
        if (!m_rest.starts_with(expected)) return false;
        m_rest.remove_prefix(expected.size());
        return true;
    }
    std::optional<std::string> quoted() {
        const char quote = peek();
        if (quote != '\'' && quote != '"') return std::nullopt;
        const std::size_t end = m_rest.find(quote, 1);
        if (end == std::string_view::npos) return std::nullopt;
        std::string text(m_rest.substr(1, end - 1));
        m_rest.remove_prefix(end + 1);
        return text;
    }
    bool tuple(std::vector<std::size_t>& out) {
        if (!take('(')) return false;
        while (!take(')')) {
            skipSpace();
            const std::size_t digits = std::min(m_rest.find_first_not_of("0123456789"), m_rest.size());
            const auto number = parseInteger(m_rest.substr(0, digits));
            if (digits == 0 || !number || out.size() == kMostDimensions) return false;
            out.push_back(std::size_t(*number));
            m_rest.remove_prefix(digits);
            if (peek() == 'L') m_rest.remove_prefix(1); // Python 2 wrote long integers so
            if (!take(',') && peek() != ')') return false;
        }
        return true;
    }

    std::string_view m_rest;
};

std::uint64_t littleEndian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
}

/// One number type of the format: 'f', 'i', 'u' or 'b' and its size in bytes.
struct Element {
    char kind = 'f';
    std::size_t size = 8;
    bool swapped = false; ///< big-endian
};

Result<Element> elementOf(const std::string& descr, const std::string& name) {
    const auto refuse = [&](const std::string& sentence) { return fail(ErrorCode::Unsupported, sentence, name); };
    if (descr.size() >= 2 && descr[1] == 'O')
        return refuse("this array contains Python objects, which are never loaded; save it as numbers");
    if (descr == "[") return refuse("this array holds records; save its columns as plain numbers");
    if (descr.size() < 3 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos)
        return fail(ErrorCode::Format, "the header of this array names no element type", name);
    Element element;
    element.kind = descr[1];
    element.swapped = descr[0] == '>';
    const auto size = parseInteger(std::string_view(descr).substr(2));
    element.size = size && *size > 0 && *size <= 8 ? std::size_t(*size) : 0;
    const bool power = element.size != 0 && std::has_single_bit(element.size);
    const bool known = (element.kind == 'f' && element.size >= 2 && power) ||
                       ((element.kind == 'i' || element.kind == 'u') && power) ||
                       (element.kind == 'b' && element.size == 1);
    if (!known)
        return refuse("elements of type \"" + escapeForDisplay(descr) +
                      "\" are not read; save the array as float32, float64 or int64");
    return element;
}

std::uint64_t rawElement(const std::byte* from, const Element& element) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < element.size; ++i) {
        const std::size_t at = element.swapped ? i : element.size - 1 - i;
        value = value << 8 | std::to_integer<std::uint64_t>(from[at]);
    }
    return value;
}

/// IEEE 754 binary16.
double halfValue(std::uint64_t bits) {
    const int exponent = int(bits >> 10 & 31);
    const auto fraction = double(bits & 1023);
    const double value = exponent == 31  ? (fraction == 0 ? std::numeric_limits<double>::infinity()
                                                          : std::numeric_limits<double>::quiet_NaN())
                         : exponent == 0 ? std::ldexp(fraction, -24)
                                         : std::ldexp(1024 + fraction, exponent - 25);
    return (bits >> 15) != 0 ? -value : value;
}

double realElement(const std::byte* from, const Element& element) {
    const std::uint64_t raw = rawElement(from, element);
    if (element.size == 2) return halfValue(raw);
    return element.size == 4 ? double(std::bit_cast<float>(std::uint32_t(raw))) : std::bit_cast<double>(raw);
}

std::int64_t integerElement(const std::byte* from, const Element& element) {
    const std::uint64_t raw = rawElement(from, element);
    if (element.kind != 'i') return std::int64_t(raw);
    const int unused = 64 - 8 * int(element.size);
    return std::int64_t(raw << unused) >> unused;
}

/// Calls put(position in C order, address) for every element of the file.
template <class Put>
void walk(const Header& header, std::span<const std::byte> data, std::size_t size, const Put& put) {
    const std::size_t count = data.size() / size;
    if (!header.fortran || header.shape.size() < 2) {
        for (std::size_t i = 0; i < count; ++i) put(i, data.data() + i * size);
        return;
    }
    const auto& shape = header.shape;
    std::vector<std::size_t> at(shape.size()), stride(shape.size());
    std::size_t step = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
        stride[d] = step;
        step *= shape[d];
    }
    std::size_t position = 0;
    for (std::size_t i = 0; i < count; ++i) {
        put(position, data.data() + i * size);
        for (std::size_t d = 0; d < shape.size(); ++d) { // the first index runs fastest
            position += stride[d];
            if (++at[d] < shape[d]) break;
            position -= stride[d] * shape[d];
            at[d] = 0;
        }
    }
}

/// The header of an array, and the numbers behind it, of which there are as many as the shape asks for.
struct Layout {
    Header header;
    Element element;
    std::size_t count = 0;
    std::span<const std::byte> data;
};

Result<Layout> layoutOf(std::span<const std::byte> bytes, const std::string& name) {
    const auto broken = [&](const std::string& sentence) { return fail(ErrorCode::Format, sentence, name); };
    constexpr std::string_view kMagic = "\x93NUMPY";
    if (bytes.size() < 10 || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
        return broken("this is not a NumPy array (.npy)");
    const int version = std::to_integer<int>(bytes[6]);
    if (version < 1 || version > 3)
        return fail(ErrorCode::Unsupported, "version " + std::to_string(version) + " of the .npy format is not read",
                    name);
    const std::size_t lengthBytes = version == 1 ? 2 : 4;
    if (bytes.size() < 8 + lengthBytes) return broken("the array's header is cut off");
    const std::uint64_t length = littleEndian(bytes.subspan(8, lengthBytes));
    if (length > kMostHeader) return broken("the array's header is longer than 64 KiB");
    std::span<const std::byte> rest = bytes.subspan(8 + lengthBytes);
    if (length > rest.size()) return broken("the array's header is cut off");

    const auto text = std::string_view(reinterpret_cast<const char*>(rest.data()), std::size_t(length));
    rest = rest.subspan(std::size_t(length));
    auto header = HeaderParser(text).parse();
    if (!header) return broken("the array's header cannot be understood");
    ASSAY_TRY(const Element element, elementOf(header->descr, name));

    const bool empty = std::find(header->shape.begin(), header->shape.end(), 0u) != header->shape.end();
    std::size_t count = empty ? 0 : 1;
    for (const std::size_t dimension : header->shape) {
        if (!empty && count > std::numeric_limits<std::size_t>::max() / 8 / dimension)
            return broken("the array's shape is larger than any memory");
        count *= dimension;
    }
    if (count * element.size != rest.size())
        return broken("the array's shape asks for " + withThousands(count * element.size) + " bytes, but " +
                      withThousands(rest.size()) + " follow");

    return Layout{std::move(*header), element, count, rest};
}

/// Numbers in C order that the machine reads as they are.
bool isNative(const Layout& layout) {
    return !layout.element.swapped && (!layout.header.fortran || layout.header.shape.size() < 2) &&
           std::endian::native == std::endian::little;
}

} // namespace

Result<NpyArray> parseNpy(std::span<const std::byte> bytes, const std::string& name) {
    ASSAY_TRY(const Layout layout, layoutOf(bytes, name));
    const auto& [header, element, count, rest] = layout;
    NpyArray array;
    array.shape = header.shape;
    if (element.kind == 'f') {
        array.reals.resize(count);
        if (element.size == 8 && isNative(layout) && count > 0)
            std::memcpy(array.reals.data(), rest.data(), rest.size());
        else
            walk(header, rest, element.size, [&array, kind = element](std::size_t i, const std::byte* from) {
                array.reals[i] = realElement(from, kind);
            });
        return array;
    }
    array.integers.resize(count);
    bool tooLarge = false;
    walk(header, rest, element.size, [&array, &tooLarge, kind = element](std::size_t i, const std::byte* from) {
        array.integers[i] = integerElement(from, kind);
        tooLarge = tooLarge || (kind.kind == 'u' && array.integers[i] < 0);
    });
    if (tooLarge) return fail(ErrorCode::Format, "the array holds a number above 9,223,372,036,854,775,807", name);
    return array;
}

Result<NpyArray> readNpy(const std::filesystem::path& file) {
    ASSAY_TRY(const auto mapped, MappedFile::open(file));
    return parseNpy(mapped->bytes(), escapeForDisplay(file.string()));
}

Result<NpyMatrix> mapNpyMatrix(const std::filesystem::path& file) {
    const std::string name = escapeForDisplay(file.string());
    ASSAY_TRY(auto mapped, MappedFile::open(file));
    NpyMatrix matrix;
    {
        ASSAY_TRY(const Layout layout, layoutOf(mapped->bytes(), name));
        const auto& shape = layout.header.shape;
        if (shape.size() != 2 || layout.element.kind != 'f')
            return fail(ErrorCode::Format, "this must be an array of two axes of real numbers", name);
        matrix.rows = shape[0];
        matrix.columns = shape[1];
        const auto address = reinterpret_cast<std::uintptr_t>(layout.data.data());
        if (isNative(layout) && layout.element.size >= 4 && address % layout.element.size == 0) {
            if (layout.element.size == 4)
                matrix.floats = {reinterpret_cast<const float*>(layout.data.data()), layout.count};
            else matrix.doubles = {reinterpret_cast<const double*>(layout.data.data()), layout.count};
            matrix.file = std::move(mapped);
            return matrix;
        }
    }
    ASSAY_TRY(NpyArray array, parseNpy(mapped->bytes(), name));
    matrix.held = std::move(array.reals);
    matrix.doubles = matrix.held;
    return matrix;
}

std::string npyHeader(const std::string& descr, std::span<const std::size_t> shape) {
    std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
    for (std::size_t d = 0; d < shape.size(); ++d) header += (d > 0 ? ", " : "") + std::to_string(shape[d]);
    header += shape.size() == 1 ? ",), }" : "), }";
    constexpr std::size_t kBefore = 10, kAlignment = 64;
    header.resize((kBefore + header.size() + kAlignment) / kAlignment * kAlignment - kBefore, ' ');
    header.back() = '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += char(header.size() & 0xff);
    bytes += char(header.size() >> 8);
    return bytes + header;
}

Status writeNpy(const std::filesystem::path& file, std::span<const float> values, std::span<const std::size_t> shape) {
    const std::string header = npyHeader(std::endian::native == std::endian::little ? "<f4" : ">f4", shape);
    return writeFileAtomically(file, [&](FileSink& sink) -> Status {
        sink.write(header);
        sink.write(std::as_bytes(values));
        return {};
    });
}

} // namespace assay
