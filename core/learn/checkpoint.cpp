// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/checkpoint.h"

#include "core/base/files.h"
#include "core/base/text.h"

#include <cstring>

namespace assay::learn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "assay-checkpoint-1";
constexpr std::string_view kPrefix = "epoch-", kSuffix = ".safetensors";
constexpr std::size_t kKept = 2;
constexpr std::uint64_t kLargestFile = 64ULL << 30;

struct TypeName {
    torch::ScalarType type;
    const char* name;
};
constexpr std::array<TypeName, 7> kTypes = {{{torch::kFloat32, "F32"},
                                             {torch::kFloat64, "F64"},
                                             {torch::kFloat16, "F16"},
                                             {torch::kBFloat16, "BF16"},
                                             {torch::kInt64, "I64"},
                                             {torch::kInt32, "I32"},
                                             {torch::kUInt8, "U8"}}};

const char* nameOf(torch::ScalarType type) {
    for (const TypeName& entry : kTypes)
        if (entry.type == type) return entry.name;
    return "other";
}

torch::ScalarType typeOf(const std::string& name) {
    for (const TypeName& entry : kTypes)
        if (name == entry.name) return entry.type;
    return torch::kUInt8;
}

/// Epoch and file of every checkpoint in the folder, newest first.
std::vector<std::pair<int, fs::path>> list(const fs::path& folder) {
    std::vector<std::pair<int, fs::path>> found;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
        const auto digits =
            std::string_view(name).substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
        const auto epoch = parseInteger(digits);
        if (epoch && *epoch > 0 && *epoch <= INT32_MAX) found.emplace_back(int(*epoch), entry.path());
    }
    std::sort(found.begin(), found.end(), std::greater<>());
    return found;
}

} // namespace

fs::path checkpointFile(const fs::path& folder, int epoch) {
    std::string number = std::to_string(epoch);
    if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
    return folder / (std::string(kPrefix) + number + std::string(kSuffix));
}

Status writeCheckpoint(const fs::path& folder, const Checkpoint& checkpoint) {
    ASSAY_CHECK_STATUS(makeFolder(folder, "checkpoints"));
    std::map<std::string, std::string> metadata = checkpoint.identity;
    metadata["format"] = kFormat;
    metadata["epoch"] = std::to_string(checkpoint.epoch);
    std::vector<TensorEntry> entries;
    std::vector<torch::Tensor> kept;
    std::vector<std::span<const std::byte>> data;
    for (const auto& [name, tensor] : checkpoint.state) {
        const auto plain = tensor.detach().to(torch::kCPU).contiguous();
        kept.push_back(plain);
        entries.push_back({name, nameOf(plain.scalar_type()), plain.sizes().vec(), 0, 0});
        data.emplace_back(static_cast<const std::byte*>(plain.data_ptr()), plain.nbytes());
    }
    ASSAY_CHECK_STATUS(writeFileAtomically(checkpointFile(folder, checkpoint.epoch),
                                           makeSafetensors(std::move(metadata), std::move(entries), data)));
    const auto files = list(folder);
    std::error_code ignored;
    for (std::size_t i = kKept; i < files.size(); ++i) fs::remove(files[i].second, ignored);
    return {};
}

torch::Tensor tensorOf(const SafetensorsView& view, const TensorEntry& entry) {
    auto tensor = torch::empty(entry.shape, typeOf(entry.type));
    if (entry.end > entry.begin)
        std::memcpy(tensor.data_ptr(), view.data.data() + entry.begin, std::size_t(entry.end - entry.begin));
    return tensor;
}

Result<Checkpoint> readCheckpoint(const fs::path& file) {
    ASSAY_TRY(const std::vector<std::byte> bytes, readFile(file, kLargestFile));
    const std::string name = escapeForDisplay(file.filename().string());
    ASSAY_TRY(SafetensorsView view, parseSafetensors(bytes, name));
    Checkpoint checkpoint;
    const auto format = view.metadata.find("format"), epoch = view.metadata.find("epoch");
    if (format == view.metadata.end() || format->second != kFormat)
        return fail(ErrorCode::Newer, "this checkpoint was written by another version of Assay", name);
    const auto number = epoch == view.metadata.end() ? std::nullopt : parseInteger(epoch->second);
    if (!number || *number < 1 || *number > INT32_MAX)
        return fail(ErrorCode::Damaged, "the checkpoint names no epoch", name);
    checkpoint.epoch = int(*number);
    for (const TensorEntry& entry : view.tensors) {
        auto tensor = tensorOf(view, entry);
        if (tensor.is_floating_point() && !torch::isfinite(tensor).all().item<bool>())
            return fail(ErrorCode::Damaged, "the checkpoint holds a number that is not finite", name);
        checkpoint.state.emplace(entry.name, std::move(tensor));
    }
    for (const char* own : {"format", "epoch", "sha256"}) view.metadata.erase(own);
    checkpoint.identity = std::move(view.metadata);
    return checkpoint;
}

std::optional<Checkpoint> newestCheckpoint(const fs::path& folder, int latest, std::vector<std::string>& notes) {
    for (const auto& [epoch, file] : list(folder)) {
        if (epoch > latest) continue;
        Result<Checkpoint> checkpoint = readCheckpoint(file);
        if (checkpoint) {
            if (!notes.empty())
                notes.push_back("Checkpoint of epoch " + std::to_string(epoch) + " is whole and is used");
            return std::move(*checkpoint);
        }
        notes.push_back("Checkpoint of epoch " + std::to_string(epoch) +
                        " cannot be used: " + checkpoint.error().message);
    }
    return std::nullopt;
}

Status fits(const Checkpoint& checkpoint, const CheckpointIdentity& identity, const StateMap& state) {
    for (const auto& [key, ours] : identity) {
        const auto theirs = checkpoint.identity.find(key);
        const std::string found = theirs == checkpoint.identity.end() ? "nothing" : theirs->second;
        if (found != ours)
            return fail(ErrorCode::InvalidArgument, "the checkpoint belongs to another run: its " + key + " is " +
                                                        found + ", this run's is " + ours);
    }
    for (const auto& [name, ours] : state) {
        const auto theirs = checkpoint.state.find(name);
        if (theirs == checkpoint.state.end())
            return fail(ErrorCode::InvalidArgument, "the checkpoint lacks a tensor of this run", name);
        if (theirs->second.scalar_type() != ours.scalar_type() || theirs->second.sizes() != ours.sizes())
            return fail(ErrorCode::InvalidArgument, "a tensor of the checkpoint has another type or shape", name);
    }
    if (checkpoint.state.size() != state.size())
        return fail(ErrorCode::InvalidArgument, "the checkpoint holds tensors that this run has not");
    return {};
}

} // namespace assay::learn
