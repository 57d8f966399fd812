// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/base/ids.h"
#include "ui/session/task_pool.h"

#include <QTimer>
#include <QWidget>

#include <map>
#include <memory>
#include <vector>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace assay::ui {

class Workspace;
struct DetectorOpinion;

/// What every detector says of the picture in focus: its score, and which share of the pictures it finds less
/// suspicious. A detector suspects a picture that is among its first so many, as there are suspects; those that look at
/// the pictures alone suspect no label. GUI thread; the ranks are made on another.
class DetectorsPanel final : public QWidget {
    Q_OBJECT
public:
    explicit DetectorsPanel(Workspace& workspace, QWidget* parent = nullptr);

    /// So many of the detectors suspect this sample, and so many have a say.
    [[nodiscard]] std::pair<int, int> agreement(SampleIndex sample) const;
    /// In [0, 1]; NaN where the detector has no say, or is not done.
    [[nodiscard]] float percentile(const QString& detector, SampleIndex sample) const;

Q_SIGNALS:
    void findSuspectsRequested(); ///< there is no run yet
    void importRequested();       ///< likewise

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    void rank(const QString& detector, const std::vector<float>& values);
    void showFocus();
    [[nodiscard]] std::vector<DetectorOpinion> rows(SampleIndex sample) const;
    void addRow(const DetectorOpinion& opinion, SampleIndex sample);
    void restart();
    [[nodiscard]] QStringList detectors() const;
    [[nodiscard]] QString togetherText(SampleIndex sample) const;
    [[nodiscard]] bool suspects(float percentile) const; ///< as many as there are suspects

    Workspace& m_workspace;
    QLabel* m_agreement = nullptr;
    QLabel* m_together = nullptr; ///< what they come to as one, and what that has learnt
    QLabel* m_badge = nullptr;
    QPushButton* m_find = nullptr;   ///< shown where there is no run
    QPushButton* m_import = nullptr; ///< likewise
    QTreeWidget* m_list = nullptr;
    QTimer m_delay;
    std::map<QString, std::vector<float>> m_ranks; ///< by detector, percentiles [N]; empty: being made
    std::shared_ptr<const Evidence> m_of;
    std::uint64_t m_generation = 0;
    TaskPool m_pool{1};
};

} // namespace assay::ui
