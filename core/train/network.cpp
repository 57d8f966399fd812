// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/network.h"

#include "core/base/find_typed.h"
#include "core/base/text.h"

#include <algorithm>
#include <string_view>

namespace assay {

Result<std::shared_ptr<const Network>> findNetwork(const Catalogue<Network>& networks, const std::string& id) {
    const std::size_t colon = id.find(':');
    const auto found = networks.find(id.substr(0, colon));
    if (!found) return tl::unexpected(unknownName("network", id, idsOf(networks)));
    if (colon == std::string::npos) return found;
    const auto& params = found->description().params;
    const auto spec =
        std::find_if(params.begin(), params.end(), [](const ParamSpec& one) { return one.name == "width"; });
    if (spec == params.end())
        return fail(ErrorCode::InvalidArgument, "this network has no width to set; write it without \":\"",
                    escapeForDisplay(id));
    const auto width = parseInteger(std::string_view(id).substr(colon + 1));
    const double least = spec->minimum.value_or(1), most = spec->maximum.value_or(1 << 20);
    if (!width || double(*width) < least || double(*width) > most)
        return fail(ErrorCode::InvalidArgument,
                    "a network's width is a whole number from " + formatNumber(least) + " to " + formatNumber(most),
                    escapeForDisplay(id));
    auto other = found->withWidth(int(*width));
    if (!other)
        return fail(ErrorCode::Internal, "this network cannot be made with another width", escapeForDisplay(id));
    return other;
}

} // namespace assay
