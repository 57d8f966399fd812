// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_comparison.h"

#include "core/audit/agreement.h"
#include "core/base/csv.h"
#include "core/base/hash.h"
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
    const char* id; ///< in files
    std::function<double(const RunFigures&)> value;
    int decimals;
    bool percent;
    bool paired; ///< has a Δ column
};

std::vector<Figure> tableFigures() {
    const auto found = [](double stats::DetectionQuality::*field) {
        return [field](const RunFigures& f) { return f.detection ? (*f.detection).*field : double(NAN); };
    };
    return {
        {translated("accuracy best"), "best", [](const RunFigures& f) { return f.best; }, 1, true, false},
        {translated("last"), "last", [](const RunFigures& f) { return f.last; }, 1, true, true},
        {translated("mean of last 10"), "mean_last_10", [](const RunFigures& f) { return f.mean10; }, 1, true, false},
        {translated("AUROC"), "auroc", found(&stats::DetectionQuality::auroc), 4, false, true},
        {translated("average precision"), "average_precision", found(&stats::DetectionQuality::averagePrecision), 4,
         false, false},
        {translated("F1"), "f1", found(&stats::DetectionQuality::f1), 4, false, false},
        {translated("s/epoch"), "seconds_per_epoch", [](const RunFigures& f) { return f.secondsPerEpoch; }, 2, false,
         false}};
}

QString write(const Figure& figure, const std::vector<double>& values) {
    const auto one = [&](double v) {
        return figure.percent ? percentText(v, figure.decimals) : fixedText(v, figure.decimals);
    };
    if (values.empty()) return QStringLiteral("–");
    if (values.size() == 1) return one(values.front());
    const stats::MeanInterval interval = stats::meanInterval(values);
    const QString half = std::isfinite(interval.halfWidth)
                             ? fixedText(interval.halfWidth * (figure.percent ? 100 : 1), figure.decimals)
                             : QStringLiteral("–");
    return one(interval.mean) + QStringLiteral(" ± ") + half;
}

bool finished(const RunFigures& figures) { return figures.run.state == RunState::Finished; }

/// Everything that decides a run's result, as text by name, but for what a group may differ in.
std::map<QString, QString> settingsOf(const RunFigures& figures, bool withSeed) {
    std::map<QString, QString> settings;
    for (const auto& [name, value] : settingsByName(figures.run.config, figures.labels.toStdString()))
        if (withSeed || name != "seed") settings[translated(name.c_str())] = translated(value.c_str());
    if (!finished(figures))
        settings[translated("epochs")] =
            translated("%1 of %2 epochs").arg(figures.run.epochsDone).arg(figures.run.config.epochs);
    if (withSeed) return settings;
    static const QRegularExpression kNoiseSeed(QStringLiteral(", seed \\d+$"));
    if (const auto labels = settings.find(translated("labels")); labels != settings.end())
        labels->second.remove(kNoiseSeed);
    return settings;
}

bool sameSeedAndLabels(const RunFigures& a, const RunFigures& b) {
    return a.run.config.seed == b.run.config.seed &&
           (a.run.labelSet == b.run.labelSet || (!a.labelling.empty() && a.labelling == b.labelling));
}

/// The run that `run` is compared with: the reference's settings, its own seed and labels; null where there is none.
const RunFigures* partnerOf(const RunFigures& run, const std::vector<RunFigures>& runs, const RunFigures& reference) {
    if (&run == &reference) return &run;
    if (!finished(run) || !finished(reference)) return nullptr;
    const auto wanted = settingsOf(reference, false);
    const auto found = std::find_if(runs.begin(), runs.end(), [&](const RunFigures& other) {
        return sameSeedAndLabels(other, run) && settingsOf(other, false) == wanted;
    });
    return found == runs.end() ? nullptr : &*found;
}

QString signedText(double value, int decimals) {
    return (value >= 0 ? QStringLiteral("+") : QString()) + fixedText(value, decimals);
}

/// Mean of differences, their interval where there are several, and how many they are.
QString writeDifference(const Figure& figure, const std::vector<double>& values) {
    if (values.empty()) return QStringLiteral("–");
    const double unit = figure.percent ? 100 : 1;
    const stats::MeanInterval interval = stats::meanInterval(values);
    QString text = signedText(interval.mean * unit, figure.decimals);
    if (values.size() > 1)
        text +=
            QStringLiteral(" ± %1 (%2)").arg(fixedText(interval.halfWidth * unit, figure.decimals)).arg(values.size());
    return text;
}

QString csvLine(const QStringList& cells) {
    std::vector<std::string> row;
    for (const QString& cell : cells) row.push_back(cell.toStdString());
    return QString::fromStdString(csvRow(row));
}

/// A table with the names of the rows on its left.
QString markdownTable(const QStringList& columns, const std::vector<QStringList>& rows, const char* alignment) {
    const auto line = [](const QStringList& cells) {
        QString text = QStringLiteral("|");
        for (QString cell : cells)
            text += QStringLiteral(" %1 |").arg(cell.replace(QLatin1Char('|'), QStringLiteral("\\|")));
        return text + QLatin1Char('\n');
    };
    QStringList rule{QStringLiteral("---")};
    while (rule.size() < columns.size()) rule << QLatin1String(alignment);
    QString text = line(columns) + line(rule);
    for (const QStringList& row : rows) text += line(row);
    return text;
}

/// The method's settings that are not its defaults, but for those that are told elsewhere: "forget-rate=0.3;
/// warm-up=5".
QString changedSettings(const RunConfig& config, const MethodDefaults& defaults, const QStringList& elsewhere) {
    const auto known = defaults.find(config.method);
    const ParamValues usual = known == defaults.end() ? ParamValues() : known->second;
    QStringList changed;
    for (const auto& [name, value] : config.settings) {
        const auto one = usual.find(name);
        if (elsewhere.contains(translated(name.c_str())) || (one != usual.end() && one->second == value)) continue;
        changed << QString::fromStdString(name + "=" + toText(value));
    }
    return changed.join(QStringLiteral("; "));
}

} // namespace

RunFigures runFigures(const RunRecord& run, std::shared_ptr<const std::vector<EpochSummary>> epochs,
                      const Evidence* evidence, const LabelSet& labels, std::span<const Split> splits,
                      double threshold) {
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
    figures.labelling = contentHash(std::as_bytes(std::span(labels.set.labels)));
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

bool anyPairs(const std::vector<RunFigures>& runs) {
    for (std::size_t i = 0; i < runs.size(); ++i)
        for (std::size_t j = i + 1; j < runs.size(); ++j)
            if (finished(runs[i]) && finished(runs[j]) && sameSeedAndLabels(runs[i], runs[j]) &&
                settingsOf(runs[i], false) != settingsOf(runs[j], false))
                return true;
    return false;
}

QString titleOf(const RunFigures& figures) { return figures.title.isEmpty() ? runTitle(figures.run) : figures.title; }

std::vector<std::vector<std::size_t>> groupBySeed(const std::vector<RunFigures>& runs) {
    std::vector<std::vector<std::size_t>> groups;
    std::map<std::map<QString, QString>, std::size_t> known;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (!finished(runs[i])) {
            groups.push_back({i});
            continue;
        }
        const auto [place, fresh] = known.try_emplace(settingsOf(runs[i], false), groups.size());
        if (fresh) groups.emplace_back();
        groups[place->second].push_back(i);
    }
    return groups;
}

ComparisonTable comparisonTable(const std::vector<RunFigures>& runs, bool grouped, bool onlyDifferences,
                                std::size_t reference, const MethodDefaults& defaults) {
    std::vector<std::vector<std::size_t>> groups;
    if (grouped) {
        groups = groupBySeed(runs);
    } else {
        for (std::size_t i = 0; i < runs.size(); ++i) groups.push_back({i});
    }
    ComparisonTable table;
    std::vector<std::map<std::string, std::string>> groupSettings;
    for (const auto& group : groups) {
        groupSettings.emplace_back();
        for (const auto& [name, value] : settingsOf(runs[group.front()], false))
            groupSettings.back()[name.toStdString()] = value.toStdString();
        groupSettings.back()["method"] = runs[group.front()].run.config.method;
    }
    const QStringList telling = grouped ? runDistinctions(groupSettings) : QStringList();
    for (const auto& group : groups) {
        ComparisonRow row;
        const RunFigures& first = runs[group.front()];
        row.colour = int(first.run.id.value - 1);
        row.name = titleOf(first);
        if (group.size() > 1) {
            const QString& setting = telling[qsizetype(table.rows.size())];
            row.name = QStringLiteral("%1 × %2").arg(QString::fromStdString(first.run.config.method),
                                                     QString::number(group.size()));
            if (!setting.isEmpty()) row.name += QStringLiteral(" · ") + setting;
        }
        for (const std::size_t i : group) row.runs.push_back(runs[i].run.id);
        table.rows.push_back(std::move(row));
    }
    if (table.rows.empty()) return table;
    const auto addColumn = [&](const QString& title, const QStringList& cells, bool always) {
        const bool same =
            std::all_of(cells.begin(), cells.end(), [&](const QString& cell) { return cell == cells.front(); });
        if (!always && same) return false;
        table.columns << title;
        for (std::size_t row = 0; row < table.rows.size(); ++row) table.rows[row].cells << cells[qsizetype(row)];
        return true;
    };
    const auto addFigure = [&](const QString& title, const QString& id, const QStringList& cells,
                               const std::vector<std::vector<double>>& values) {
        if (!addColumn(title, cells, !onlyDifferences || cells.size() == 1)) return;
        table.figures << id;
        for (std::size_t row = 0; row < table.rows.size(); ++row)
            table.rows[row].numbers.push_back(stats::meanInterval(values[row]));
    };
    reference = std::min(reference, groups.size() - 1);
    const auto addDifference = [&](const Figure& figure) {
        QStringList cells;
        std::vector<std::vector<double>> values;
        bool pairs = false;
        for (const auto& group : groups) {
            std::vector<double> differences;
            bool itself = false;
            for (const std::size_t i : group) {
                const RunFigures* partner = partnerOf(runs[i], runs, runs[groups[reference].front()]);
                itself |= partner == &runs[i];
                if (partner == nullptr || partner == &runs[i]) continue;
                if (const double d = figure.value(runs[i]) - figure.value(*partner); std::isfinite(d))
                    differences.push_back(d);
            }
            pairs |= !differences.empty();
            table.paired |= !differences.empty();
            cells << (itself ? translated("reference") : writeDifference(figure, differences));
            values.push_back(std::move(differences));
        }
        const QString title = QStringLiteral("Δ %1").arg(figure.title);
        if (pairs)
            addFigure(figure.percent ? translated("%1, points").arg(title) : title,
                      QLatin1String(figure.id) + QStringLiteral("_difference"), cells, values);
    };
    for (const Figure& figure : tableFigures()) {
        QStringList cells;
        std::vector<std::vector<double>> values;
        for (const auto& group : groups) {
            values.emplace_back();
            for (const std::size_t i : group)
                if (const double v = figure.value(runs[i]); std::isfinite(v)) values.back().push_back(v);
            cells << write(figure, values.back());
        }
        addFigure(figure.title, QLatin1String(figure.id), cells, values);
        if (figure.paired && groups.size() > 1) addDifference(figure);
    }
    std::map<QString, QStringList> settings;
    for (const auto& group : groups)
        for (const auto& [name, value] : settingsOf(runs[group.front()], !grouped)) settings[name] << value;
    const bool unfinished = !std::all_of(runs.begin(), runs.end(), finished);
    QStringList elsewhere;
    for (const auto& [name, cells] : settings) {
        if (std::size_t(cells.size()) < groups.size() || name == translated("method"))
            continue; // some have no such setting
        if (addColumn(name, cells, unfinished && name == translated("epochs"))) elsewhere << name;
    }
    table.settings = elsewhere.size();
    QStringList changed;
    for (std::size_t row = 0; row < groups.size(); ++row)
        changed << (table.rows[row].settings =
                        changedSettings(runs[groups[row].front()].run.config, defaults, elsewhere));
    addColumn(translated("settings"), changed, false);
    return table;
}

QString ComparisonTable::toCsv() const {
    QStringList heading{QStringLiteral("run")};
    for (const QString& id : figures) heading << id << id + QStringLiteral("_half_width") << id + QStringLiteral("_n");
    QString text = csvLine(heading + columns.mid(figures.size(), settings) + QStringList(QStringLiteral("settings")));
    for (const ComparisonRow& row : rows) {
        QStringList cells{row.name};
        for (const stats::MeanInterval& of : row.numbers)
            cells << (of.count > 0 ? plainNumber(of.mean) : QString())
                  << (of.count > 1 ? plainNumber(of.halfWidth) : QString()) << QString::number(of.count);
        text += csvLine(cells + row.cells.mid(figures.size(), settings) + QStringList(row.settings));
    }
    return text;
}

QString ComparisonTable::toMarkdown() const {
    const QStringList name{QStringLiteral("run")};
    std::vector<QStringList> found, set;
    for (const ComparisonRow& row : rows) {
        found.push_back(QStringList(row.name) + row.cells.mid(0, figures.size()));
        set.push_back(QStringList(row.name) + row.cells.mid(figures.size()));
    }
    QString text = markdownTable(name + columns.mid(0, figures.size()), found, "---:");
    if (columns.size() > figures.size())
        text += QLatin1Char('\n') + markdownTable(name + columns.mid(figures.size()), set, "---");
    return text;
}

} // namespace assay::ui
