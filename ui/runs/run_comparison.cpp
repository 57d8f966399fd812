// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_comparison.h"

#include "core/audit/agreement.h"
#include "core/base/csv.h"
#include "core/project/run_figures.h"
#include "ui/plots/plot_text.h"
#include "ui/runs/run_history.h"
#include "ui/runs/run_text.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

namespace assay::ui {
namespace {

QString translated(const char* text) {
    return *text == '\0' ? QString() : QCoreApplication::translate("RunComparison", text);
}

/// A figure of the table, and how it is written.
struct Figure {
    QString title;
    std::function<double(const RunFigures&)> value;
    int decimals;
    bool percent;
    bool paired; ///< has a Δ column
};

std::vector<Figure> tableFigures() {
    const auto found = [](double stats::DetectionQuality::*field) {
        return [field](const RunFigures& f) { return f.detection ? (*f.detection).*field : double(NAN); };
    };
    return {{translated("accuracy best"), [](const RunFigures& f) { return f.best; }, 1, true, false},
            {translated("last"), [](const RunFigures& f) { return f.last; }, 1, true, true},
            {translated("mean of last 10"), [](const RunFigures& f) { return f.mean10; }, 1, true, false},
            {translated("AUROC"), found(&stats::DetectionQuality::auroc), 4, false, true},
            {translated("average precision"), found(&stats::DetectionQuality::averagePrecision), 4, false, false},
            {translated("F1"), found(&stats::DetectionQuality::f1), 4, false, false},
            {translated("s/epoch"), [](const RunFigures& f) { return f.secondsPerEpoch; }, 2, false, false}};
}

QString write(const Figure& figure, const std::vector<double>& values) {
    const auto one = [&](double v) { return figure.percent ? percentText(v, figure.decimals) : fixedText(v, figure.decimals); };
    if (values.empty()) return QStringLiteral("–");
    if (values.size() == 1) return one(values.front());
    const stats::MeanInterval interval = stats::meanInterval(values);
    const QString half = std::isfinite(interval.halfWidth)
                             ? fixedText(interval.halfWidth * (figure.percent ? 100 : 1), figure.decimals)
                             : QStringLiteral("–");
    return one(interval.mean) + QStringLiteral(" ± ") + half;
}

QString writePlain(const std::vector<double>& values) {
    if (values.empty()) return {};
    if (values.size() == 1) return plainNumber(values.front());
    const stats::MeanInterval interval = stats::meanInterval(values);
    return plainNumber(interval.mean) + QStringLiteral(" ± ") + plainNumber(interval.halfWidth);
}

/// Everything that decides a run's result, as text by name, but for what a group may differ in.
std::map<QString, QString> settingsOf(const RunFigures& figures, bool withSeed) {
    std::map<QString, QString> settings;
    for (const auto& [name, value] : settingsByName(figures.run.config, figures.labels.toStdString()))
        if (withSeed || name != "seed") settings[translated(name.c_str())] = translated(value.c_str());
    if (withSeed) return settings;
    static const QRegularExpression kNoiseSeed(QStringLiteral(", seed \\d+$"));
    if (const auto labels = settings.find(translated("labels")); labels != settings.end()) labels->second.remove(kNoiseSeed);
    return settings;
}

/// The run that `run` is compared with: the reference's settings, its own seed and labels; null where there is none.
const RunFigures* partnerOf(const RunFigures& run, const std::vector<RunFigures>& runs, const RunFigures& reference) {
    const auto wanted = settingsOf(reference, false);
    const auto found = std::find_if(runs.begin(), runs.end(), [&](const RunFigures& other) {
        return other.run.config.seed == run.run.config.seed && other.run.labelSet == run.run.labelSet &&
               settingsOf(other, false) == wanted;
    });
    return found == runs.end() ? nullptr : &*found;
}

QString signedText(double value, int decimals) { return (value >= 0 ? QStringLiteral("+") : QString()) + fixedText(value, decimals); }

/// Mean of differences, their interval where there are several, and how many they are.
QString writeDifference(const Figure& figure, const std::vector<double>& values) {
    if (values.empty()) return QStringLiteral("–");
    const double unit = figure.percent ? 100 : 1;
    const stats::MeanInterval interval = stats::meanInterval(values);
    QString text = signedText(interval.mean * unit, figure.decimals);
    if (values.size() > 1) text += QStringLiteral(" ± %1 (%2)").arg(fixedText(interval.halfWidth * unit, figure.decimals)).arg(values.size());
    return text;
}

QString cellText(const QString& text) { return QString::fromStdString(csvCell(text.toStdString())); }

} // namespace

RunFigures runFigures(const RunRecord& run, std::shared_ptr<const std::vector<EpochSummary>> epochs,
                      const Evidence* evidence, const LabelSet& labels, std::span<const Split> splits, double threshold) {
    RunFigures figures;
    figures.run = run;
    figures.epochs = std::move(epochs);
    figures.secondsPerEpoch = run.result && run.result->secondsPerEpoch > 0 ? run.result->secondsPerEpoch : double(NAN);
    if (!std::isfinite(figures.secondsPerEpoch)) {
        std::vector<double> seconds;
        for (const double v : scalarHistory(*figures.epochs, "seconds"))
            if (std::isfinite(v)) seconds.push_back(v);
        if (!seconds.empty())
            figures.secondsPerEpoch = std::accumulate(seconds.begin(), seconds.end(), 0.0) / double(seconds.size());
    }
    const AccuracyFigures accuracy = accuracyFigures(*figures.epochs);
    figures.best = accuracy.best();
    figures.last = accuracy.last();
    figures.mean10 = accuracy.meanOfLastTen();
    Suspicion found = suspicion(*figures.epochs, evidence, labels.labels, labels.trueLabels, splits, threshold);
    figures.suspects = std::move(found.suspects);
    figures.judged = std::move(found.judged);
    figures.suggested = std::move(found.suggested);
    figures.detection = found.detection;
    figures.detectionMissing = translated(found.detectionMissing.c_str());
    return figures;
}

Result<RunFigures> readRunFigures(const Project& project, const RunRecord& run, std::span<const Split> splits,
                                  double threshold) {
    ASSAY_TRY(StoredLabelSet labels, project.labelSet(run.labelSet));
    ASSAY_TRY(std::vector<EpochSummary> epochs, project.epochs(run.id));
    std::shared_ptr<const Evidence> evidence;
    if (!epochs.empty()) {
        ASSAY_TRY(evidence, project.evidence(run.id, epochs.back().epoch));
    }
    RunFigures figures = runFigures(run, std::make_shared<const std::vector<EpochSummary>>(std::move(epochs)),
                                    evidence.get(), labels.set, splits, threshold);
    figures.labels = QString::fromStdString(labels.name);
    return figures;
}

std::vector<std::vector<double>> agreementMatrix(const std::vector<RunFigures>& runs) {
    std::vector<SuspectMask> suspects, judged;
    for (const RunFigures& run : runs) {
        suspects.push_back(run.suspects);
        judged.push_back(run.judged);
    }
    const AgreementMatrix agreement = assay::agreementMatrix(suspects, judged);
    std::vector<std::vector<double>> matrix(runs.size());
    for (std::size_t a = 0; a < runs.size(); ++a)
        for (std::size_t b = 0; b < runs.size(); ++b) matrix[a].push_back(agreement.at(a, b));
    return matrix;
}

std::vector<SampleIndex> sharedSuspects(const RunFigures& a, const RunFigures& b) {
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; i < std::min(a.suspects.size(), b.suspects.size()); ++i)
        if (a.suspects[i] != 0 && b.suspects[i] != 0) samples.push_back(SampleIndex(std::uint32_t(i)));
    return samples;
}

std::vector<SampleIndex> differingSuspects(const RunFigures& a, const RunFigures& b) {
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; i < std::min(a.judged.size(), b.judged.size()); ++i)
        if (a.judged[i] != 0 && b.judged[i] != 0 && (a.suspects[i] != 0) != (b.suspects[i] != 0))
            samples.push_back(SampleIndex(std::uint32_t(i)));
    return samples;
}

std::vector<SampleIndex> disputedSamples(const std::vector<RunFigures>& runs) {
    std::size_t count = 0;
    for (const RunFigures& run : runs) count = std::max(count, run.judged.size());
    std::vector<std::pair<std::size_t, SampleIndex>> disputed; // how far from an even vote
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t against = 0, in = 0;
        for (const RunFigures& run : runs)
            if (i < run.judged.size() && run.judged[i] != 0) ++(run.suspects[i] != 0 ? against : in);
        if (against == 0 || in == 0) continue;
        disputed.emplace_back(std::max(against, in) - std::min(against, in), SampleIndex(std::uint32_t(i)));
    }
    std::stable_sort(disputed.begin(), disputed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<SampleIndex> samples;
    for (const auto& [lead, sample] : disputed) samples.push_back(sample);
    return samples;
}

std::vector<std::vector<std::size_t>> groupBySeed(const std::vector<RunFigures>& runs) {
    std::vector<std::vector<std::size_t>> groups;
    std::map<std::map<QString, QString>, std::size_t> known;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto [place, fresh] = known.try_emplace(settingsOf(runs[i], false), groups.size());
        if (fresh) groups.emplace_back();
        groups[place->second].push_back(i);
    }
    return groups;
}

ComparisonTable comparisonTable(const std::vector<RunFigures>& runs, bool grouped, bool onlyDifferences, std::size_t reference) {
    std::vector<std::vector<std::size_t>> groups;
    if (grouped) {
        groups = groupBySeed(runs);
    } else {
        for (std::size_t i = 0; i < runs.size(); ++i) groups.push_back({i});
    }
    ComparisonTable table;
    for (const auto& group : groups) {
        ComparisonRow row;
        const RunFigures& first = runs[group.front()];
        row.colour = int(first.run.id.value - 1);
        row.name = group.size() == 1 ? runTitle(first.run)
                                     : QStringLiteral("%1 × %2").arg(QString::fromStdString(first.run.config.method)).arg(group.size());
        for (const std::size_t i : group) row.runs.push_back(runs[i].run.id);
        table.rows.push_back(std::move(row));
    }
    const auto addColumn = [&](const QString& title, const QStringList& cells, const QStringList& plain, bool always) {
        const bool same = std::all_of(cells.begin(), cells.end(), [&](const QString& cell) { return cell == cells.front(); });
        if (!always && same && cells.size() > 1) return;
        table.columns << title;
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            table.rows[row].cells << cells[qsizetype(row)];
            table.rows[row].plain << plain[qsizetype(row)];
        }
    };
    if (table.rows.empty()) return table;
    reference = std::min(reference, groups.size() - 1);
    const auto addDifference = [&](const Figure& figure) {
        QStringList cells;
        QStringList plain;
        bool pairs = false;
        for (const auto& group : groups) {
            std::vector<double> differences;
            bool itself = false;
            for (const std::size_t i : group) {
                const RunFigures* partner = partnerOf(runs[i], runs, runs[groups[reference].front()]);
                itself |= partner == &runs[i];
                if (partner == nullptr || partner == &runs[i]) continue;
                if (const double d = figure.value(runs[i]) - figure.value(*partner); std::isfinite(d)) differences.push_back(d);
            }
            pairs |= !differences.empty();
            cells << (itself ? translated("reference") : writeDifference(figure, differences));
            plain << writePlain(differences);
        }
        if (pairs) addColumn(QStringLiteral("Δ %1").arg(figure.title), cells, plain, !onlyDifferences);
    };
    for (const Figure& figure : tableFigures()) {
        QStringList cells;
        QStringList plain;
        for (const auto& group : groups) {
            std::vector<double> values;
            for (const std::size_t i : group)
                if (const double v = figure.value(runs[i]); std::isfinite(v)) values.push_back(v);
            cells << write(figure, values);
            plain << writePlain(values);
        }
        addColumn(figure.title, cells, plain, !onlyDifferences);
        if (figure.paired && groups.size() > 1) addDifference(figure);
    }
    std::map<QString, QStringList> settings;
    for (const auto& group : groups)
        for (const auto& [name, value] : settingsOf(runs[group.front()], !grouped)) settings[name];
    for (auto& [name, cells] : settings) {
        for (const auto& group : groups) {
            const auto all = settingsOf(runs[group.front()], !grouped);
            const auto found = all.find(name);
            cells << (found == all.end() ? QStringLiteral("–") : found->second);
        }
        if (table.rows.size() > 1 && name != translated("method")) addColumn(name, cells, cells, false);
    }
    return table;
}

QString ComparisonTable::toCsv() const {
    QString text = QStringLiteral("run");
    for (const QString& column : columns) text += QLatin1Char(',') + cellText(column);
    text += QLatin1Char('\n');
    for (const ComparisonRow& row : rows) {
        text += cellText(row.name);
        for (const QString& cell : row.plain) text += QLatin1Char(',') + cellText(cell == QStringLiteral("–") ? QString() : cell);
        text += QLatin1Char('\n');
    }
    return text;
}

QString ComparisonTable::toMarkdown() const {
    const auto escaped = [](QString text) { return text.replace(QLatin1Char('|'), QStringLiteral("\\|")); };
    QString text = QStringLiteral("| run |");
    QString rule = QStringLiteral("| --- |");
    for (const QString& column : columns) {
        text += QLatin1Char(' ') + escaped(column) + QStringLiteral(" |");
        rule += QStringLiteral(" ---: |");
    }
    text += QLatin1Char('\n') + rule + QLatin1Char('\n');
    for (const ComparisonRow& row : rows) {
        text += QStringLiteral("| ") + escaped(row.name) + QStringLiteral(" |");
        for (const QString& cell : row.cells) text += QLatin1Char(' ') + escaped(cell) + QStringLiteral(" |");
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
