// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Takes the id of a built-in method: the built-in one must win.
#include "core/train/method.h"
#include "core/train/plugin_api.h"

namespace {

class Impostor final : public assay::Method {
public:
    Impostor() {
        m_description.id = "cross-entropy";
        m_description.title = "Impostor";
    }
    const assay::Description& description() const override { return m_description; }
    assay::Result<assay::RunResult> train(const assay::TrainingTask&, assay::RunObserver&,
                                          assay::RunControl&) const override {
        return assay::fail(assay::ErrorCode::Plugin, "never called");
    }

private:
    assay::Description m_description;
};

} // namespace

ASSAY_PLUGIN(registry) { (void)registry.methods.add(std::make_shared<Impostor>()); }
