// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/initial_weights.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/learn/checkpoint.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace assay::learn {
namespace {

constexpr std::size_t kShown = 6;
constexpr std::string_view kBatchCounter = "num_batches_tracked"; // counts steps; no layer's answer depends on it

struct Renaming {
    std::string_view ours, theirs;
};
constexpr std::array<Renaming, 3> kTopLevel = {{{"stem.conv.", "conv1."}, {"stem.norm.", "bn1."}, {"head.", "fc."}}};
constexpr std::array<Renaming, 8> kInBlock = {{{"first.conv.", "conv1."},
                                               {"first.norm.", "bn1."},
                                               {"second.conv.", "conv2."},
                                               {"second.norm.", "bn2."},
                                               {"third.conv.", "conv3."},
                                               {"third.norm.", "bn3."},
                                               {"shortcut.conv.", "downsample.0."},
                                               {"shortcut.norm.", "downsample.1."}}};

template <std::size_t N>
std::optional<std::string> renamed(std::string_view name, const std::array<Renaming, N>& rules) {
    for (const Renaming& rule : rules)
        if (name.starts_with(rule.ours)) return std::string(rule.theirs) + std::string(name.substr(rule.ours.size()));
    return std::nullopt;
}

std::string shapeText(torch::IntArrayRef sizes) {
    std::string text;
    for (const auto size : sizes) text += (text.empty() ? "" : " × ") + std::to_string(size);
    return text.empty() ? "one number" : text;
}

std::string firstOf(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kShown) text += " and " + withThousands(names.size() - kShown) + " more";
    return text;
}

/// The tensors of a file by name, looked up under each of the names that one of ours may have there.
class WeightsFile {
public:
    WeightsFile(const SafetensorsView& view, std::size_t which)
        : m_view(view), m_own("network" + std::to_string(which) + "."), m_prefixes({"", m_own, "network0."}) {
        for (const TensorEntry& entry : view.tensors) m_entries.emplace(entry.name, &entry);
    }
    /// Passes over what stands before all the names, as "module." does, where more of `ours` are found without it.
    void passOverPrefix(const std::vector<std::string>& ours) {
        if (m_entries.empty()) return;
        const std::string &first = m_entries.begin()->first, &last = m_entries.rbegin()->first;
        const std::string shared(first.begin(),
                                 std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first);
        std::size_t most = countFound(ours, {});
        for (std::size_t dot = shared.find('.'); dot != std::string::npos; dot = shared.find('.', dot + 1)) {
            const std::string prefix = shared.substr(0, dot + 1);
            if (const std::size_t count = countFound(ours, prefix); count > most) {
                most = count;
                m_passedOver = prefix;
            }
        }
    }
    [[nodiscard]] const std::string& passedOver() const { return m_passedOver; }
    /// Whether the file has a network of this number, not only a first or a nameless one.
    [[nodiscard]] bool hasOwn() const {
        const std::string own = m_passedOver + m_own;
        const auto first = m_entries.lower_bound(own);
        return first != m_entries.end() && first->first.starts_with(own);
    }
    [[nodiscard]] const TensorEntry* find(const std::string& ours) {
        const TensorEntry* entry = lookUp(ours, m_passedOver);
        if (entry != nullptr) m_used.insert(entry->name);
        return entry;
    }
    [[nodiscard]] bool anyFound() const { return !m_used.empty(); }
    [[nodiscard]] torch::Tensor tensor(const TensorEntry& entry) const { return tensorOf(m_view, entry); }
    [[nodiscard]] std::vector<std::string> unused() const {
        std::vector<std::string> names;
        for (const auto& [name, entry] : m_entries)
            if (!m_used.contains(name) && !name.ends_with(kBatchCounter)) names.push_back(escapeForDisplay(name));
        return names;
    }

private:
    [[nodiscard]] const TensorEntry* lookUp(const std::string& ours, const std::string& passedOver) const {
        for (const std::string& prefix : m_prefixes)
            if (const TensorEntry* entry = byName(passedOver + prefix + ours)) return entry;
        const std::string theirs = torchvisionName(ours);
        return theirs.empty() ? nullptr : byName(passedOver + theirs);
    }
    [[nodiscard]] std::size_t countFound(const std::vector<std::string>& ours, const std::string& passedOver) const {
        return std::size_t(std::count_if(ours.begin(), ours.end(),
                                         [&](const std::string& name) { return lookUp(name, passedOver) != nullptr; }));
    }
    [[nodiscard]] const TensorEntry* byName(const std::string& name) const {
        const auto at = m_entries.find(name);
        return at == m_entries.end() ? nullptr : at->second;
    }
    const SafetensorsView& m_view;
    std::string m_own;
    std::vector<std::string> m_prefixes;
    std::map<std::string, const TensorEntry*> m_entries;
    std::set<std::string> m_used;
    std::string m_passedOver;
};

/// Whether the filters are those for colour pictures of a layer for grey ones, and nothing else differs.
bool isColourOf(torch::IntArrayRef file, torch::IntArrayRef here) {
    return file.size() == 4 && here.size() == 4 && file[1] == 3 && here[1] == 1 && file[0] == here[0] &&
           file.slice(2) == here.slice(2);
}

} // namespace

std::string torchvisionName(const std::string& ours) {
    if (const auto name = renamed(ours, kTopLevel)) return *name;
    constexpr std::string_view kStage = "stage", kBlock = "-block";
    if (!ours.starts_with(kStage)) return {};
    const std::size_t block = ours.find(kBlock), dot = ours.find('.');
    if (block == std::string::npos || dot == std::string::npos || dot < block) return {};
    const auto number = parseInteger(std::string_view(ours).substr(block + kBlock.size(), dot - block - kBlock.size()));
    const auto rest = renamed(std::string_view(ours).substr(dot + 1), kInBlock);
    if (!number || !rest) return {};
    return "layer" + ours.substr(kStage.size(), block - kStage.size()) + '.' + std::to_string(*number - 1) + '.' +
           *rest;
}

std::string WeightsReport::summary(const std::string& file) const {
    std::string text =
        withThousands(taken) + " of " + withThousands(taken + fresh.size()) + " tensors start from " + file;
    if (!prefix.empty()) text += "; its names were read without " + prefix + " before them";
    if (!adapted.empty()) text += "; adapted: " + firstOf(adapted);
    if (!fresh.empty()) text += "; as drawn from the seed: " + firstOf(fresh);
    if (!unused.empty()) text += "; not used of the file: " + firstOf(unused);
    return text;
}

Result<WeightsReport> loadInitialWeights(Classifier& network, const std::filesystem::path& path, std::size_t which) {
    const std::string name = escapeForDisplay(path.filename().string());
    ASSAY_TRY(const auto mapped, MappedFile::open(path));
    ASSAY_TRY(const SafetensorsView view, parseSafetensors(mapped->bytes(), name, HashRule::WhereThere));
    WeightsFile weights(view, which);
    std::vector<std::string> names;
    for (const auto& item : network.named_parameters()) names.push_back(item.key());
    for (const auto& item : network.named_buffers()) names.push_back(item.key());
    weights.passOverPrefix(names);
    WeightsReport report;
    report.prefix = escapeForDisplay(weights.passedOver());
    const torch::NoGradGuard noGrad;
    std::size_t parameters = 0, given = 0; // numbers, not tensors
    const bool twin = which > 0 && !weights.hasOwn();
    const auto take = [&](const std::string& ours, torch::Tensor& target, bool parameter) -> Status {
        if (twin && Classifier::isHead(ours)) {
            report.fresh.push_back(ours + " (so that the networks differ)");
            return {};
        }
        if (parameter) parameters += std::size_t(target.numel());
        const TensorEntry* entry = weights.find(ours);
        if (ours.ends_with(kBatchCounter)) return {};
        if (entry == nullptr) {
            report.fresh.push_back(ours);
            return {};
        }
        torch::Tensor source = weights.tensor(*entry);
        const bool forColour = isColourOf(source.sizes(), target.sizes());
        if (forColour) source = source.sum(1, true);
        if (source.sizes() != target.sizes()) {
            report.fresh.push_back(ours + " (" + shapeText(target.sizes()) + " here, " + shapeText(source.sizes()) +
                                   " in the file)");
            return {};
        }
        if (source.is_floating_point() && !torch::isfinite(source).all().item<bool>())
            return fail(ErrorCode::Damaged,
                        "the tensor " + escapeForDisplay(entry->name) + " holds a number that is not finite", name);
        target.copy_(source);
        if (forColour) report.adapted.push_back(ours + " (summed over colour)");
        ++report.taken;
        if (parameter) given += std::size_t(target.numel());
        return {};
    };
    for (auto& item : network.named_parameters()) ASSAY_CHECK_STATUS(take(item.key(), item.value(), true));
    for (auto& item : network.named_buffers()) ASSAY_CHECK_STATUS(take(item.key(), item.value(), false));
    report.unused = weights.unused();
    if (!weights.anyFound())
        return fail(ErrorCode::InvalidArgument,
                    "these weights are for another network: of its " + withThousands(names.size()) +
                        " tensors, such as " + names.front() + ", the file has none; it holds " +
                        (report.unused.empty() ? "no weights" : firstOf(report.unused)),
                    name);
    if (2 * given < parameters)
        return fail(ErrorCode::InvalidArgument,
                    "these weights are for another network: they give " + withThousands(given) + " of its " +
                        withThousands(parameters) + " parameters; missing " + firstOf(report.fresh),
                    name);
    return report;
}

} // namespace assay::learn
