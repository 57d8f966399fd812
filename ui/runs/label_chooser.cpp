// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/label_chooser.h"

#include "core/project/cross_validation.h"
#include "ui/plots/plot_text.h"
#include "ui/session/opening.h"
#include "ui/session/task_pool.h"

#include <QComboBox>
#include <QDateTime>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <array>
#include <limits>

namespace assay::ui {
namespace {

constexpr int kKindRole = Qt::UserRole;
constexpr int kStoredRole = Qt::UserRole + 1;
constexpr std::array<NoiseKind, 5> kModels = {NoiseKind::Symmetric, NoiseKind::SymmetricInclusive,
                                              NoiseKind::Asymmetric, NoiseKind::Pairflip, NoiseKind::Instance};

} // namespace

LabelChooser::LabelChooser(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_pool(new TaskPool(1, this)) {
    setObjectName(QStringLiteral("labelChooser"));
    m_source = new QComboBox(this);
    m_source->setObjectName(QStringLiteral("labelSource"));
    m_source->setAccessibleName(tr("Labels to train on"));
    m_explanation = new QLabel(this);
    m_explanation->setWordWrap(true);
    m_explanation->setForegroundRole(QPalette::PlaceholderText);

    auto* noise = new QWidget(this);
    auto* noiseForm = new QFormLayout(noise);
    noiseForm->setContentsMargins(0, 0, 0, 0);
    m_model = new QComboBox(noise);
    m_model->setObjectName(QStringLiteral("noiseModel"));
    const std::array<QString, 5> models = {tr("symmetric: to any other class"), tr("symmetric, own class included"),
                                           tr("asymmetric: along a class map"), tr("pairflip: to the next class"),
                                           tr("instance-dependent: pictures that look alike")};
    for (const QString& model : models) m_model->addItem(model);
    m_rate = new QDoubleSpinBox(noise);
    m_rate->setObjectName(QStringLiteral("noiseRate"));
    m_rate->setRange(0, 100);
    m_rate->setDecimals(1);
    m_rate->setValue(20);
    m_rate->setSuffix(QStringLiteral(" %"));
    m_seed = new QSpinBox(noise);
    m_seed->setObjectName(QStringLiteral("noiseSeed"));
    m_seed->setRange(0, std::numeric_limits<int>::max());
    m_seed->setValue(1);
    m_map = new QLineEdit(noise);
    m_map->setObjectName(QStringLiteral("noiseMap"));
    m_map->setPlaceholderText(tr("published map, or truck=automobile, bird=airplane …"));
    noiseForm->addRow(tr("&Model"), m_model);
    noiseForm->addRow(tr("&Rate"), m_rate);
    noiseForm->addRow(tr("&Seed"), m_seed);
    noiseForm->addRow(tr("Class m&ap"), m_map);

    auto* file = new QWidget(this);
    auto* fileRow = new QHBoxLayout(file);
    fileRow->setContentsMargins(0, 0, 0, 0);
    m_file = new QLineEdit(file);
    m_file->setObjectName(QStringLiteral("labelFile"));
    m_file->setPlaceholderText(tr("CSV with index or file, and label"));
    m_file->setAccessibleName(tr("Label file"));
    auto* choose = new QPushButton(tr("&Browse…"), file);
    fileRow->addWidget(m_file, 1);
    fileRow->addWidget(choose);

    m_details = new QStackedWidget(this);
    m_details->addWidget(new QWidget(this));
    m_details->addWidget(noise);
    m_details->addWidget(file);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_source);
    layout->addWidget(m_explanation);
    layout->addWidget(m_details);
    makeCounting(*layout);

    fillSources();
    fillCounting();
    const auto touched = [this] {
        const auto kind = LabelChoice::Kind(m_source->currentData(kKindRole).toInt());
        const int page = kind == LabelChoice::Kind::Noise ? 1 : kind == LabelChoice::Kind::File ? 2 : 0;
        m_details->setCurrentIndex(page);
        m_details->setVisible(page > 0);
        const int counts = counting();
        m_countingDetails->setCurrentIndex(counts == CountReviewed ? CountAll : counts);
        m_countingDetails->setVisible(counts != CountAll && counts != CountReviewed);
        m_source->setEnabled(counts != CountReviewed && counts != CountClean);
        m_map->setEnabled(kModels[std::size_t(std::max(0, m_model->currentIndex()))] == NoiseKind::Asymmetric);
        m_explanation->setText(
            (m_source->isEnabled() ? m_source : m_counting)->currentData(Qt::ToolTipRole).toString());
        readFiles();
        Q_EMIT changed();
    };
    connect(m_source, &QComboBox::currentIndexChanged, this, touched);
    connect(m_model, &QComboBox::currentIndexChanged, this, touched);
    connect(m_rate, &QDoubleSpinBox::valueChanged, this, touched);
    connect(m_seed, &QSpinBox::valueChanged, this, touched);
    connect(m_map, &QLineEdit::textChanged, this, touched);
    connect(m_file, &QLineEdit::textChanged, this, touched);
    connect(choose, &QPushButton::clicked, this, [this] { browse(m_file, tr("Label file")); });
    connect(m_counting, &QComboBox::currentIndexChanged, this, touched);
    connect(m_perClass, &QSpinBox::valueChanged, this, touched);
    connect(m_list, &QLineEdit::textChanged, this, touched);
    connect(m_judge, &QComboBox::currentIndexChanged, this, touched);
    connect(m_cleanBelow, &QDoubleSpinBox::valueChanged, this, touched);
    touched();
}

void LabelChooser::makeCounting(QVBoxLayout& layout) {
    m_counting = new QComboBox(this);
    m_counting->setObjectName(QStringLiteral("labelCounting"));
    m_counting->setAccessibleName(tr("Labels that count"));
    m_perClass = new QSpinBox(this);
    m_perClass->setObjectName(QStringLiteral("labelsPerClass"));
    m_perClass->setAccessibleName(tr("Labels of each class"));
    m_perClass->setRange(1, 1'000'000);
    m_perClass->setValue(25);
    m_perClass->setSuffix(tr(" of each class"));
    auto* listed = new QWidget(this);
    m_list = new QLineEdit(listed);
    m_list->setObjectName(QStringLiteral("labelList"));
    m_list->setAccessibleName(tr("File that lists samples"));
    m_list->setPlaceholderText(tr("CSV with index or file"));
    auto* find = new QPushButton(tr("Br&owse…"), listed);
    connect(find, &QPushButton::clicked, this, [this] { browse(m_list, tr("Samples whose labels count")); });
    auto* listRow = new QHBoxLayout(listed);
    listRow->setContentsMargins(0, 0, 0, 0);
    listRow->addWidget(m_list, 1);
    listRow->addWidget(find);
    auto* clean = new QWidget(this);
    m_judge = new QComboBox(clean);
    m_judge->setObjectName(QStringLiteral("labelJudge"));
    m_judge->setAccessibleName(tr("Run that tells clean labels"));
    m_judge->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_cleanBelow = new QDoubleSpinBox(clean);
    m_cleanBelow->setObjectName(QStringLiteral("labelCleanBelow"));
    m_cleanBelow->setAccessibleName(tr("Clean below this p(noisy)"));
    m_cleanBelow->setRange(0.01, 1);
    m_cleanBelow->setSingleStep(0.05);
    m_cleanBelow->setPrefix(tr("p(noisy) < "));
    m_cleanBelow->setValue(m_workspace.threshold());
    auto* cleanRow = new QHBoxLayout(clean);
    cleanRow->setContentsMargins(0, 0, 0, 0);
    cleanRow->addWidget(m_judge, 1);
    cleanRow->addWidget(m_cleanBelow);
    m_countingDetails = new QStackedWidget(this);
    for (QWidget* page : {new QWidget(this), static_cast<QWidget*>(m_perClass), listed, new QWidget(this), clean})
        m_countingDetails->addWidget(page);
    auto* row = new QHBoxLayout;
    auto* title = new QLabel(tr("&Of them count"), this);
    title->setBuddy(m_counting);
    row->addWidget(title);
    row->addWidget(m_counting, 1);
    layout.addLayout(row);
    layout.addWidget(m_countingDetails);
}

void LabelChooser::fillCounting() {
    const auto add = [this](const QString& text, Counting counting, const QString& help) {
        m_counting->addItem(text, int(counting));
        m_counting->setItemData(m_counting->count() - 1, help, Qt::ToolTipRole);
    };
    add(tr("all"), CountAll, {});
    add(tr("so many of each class"), CountPerClass, tr("Drawn by the run's seed; the rest is unlabelled."));
    add(tr("those that a file lists"), CountListed, tr("The rest is unlabelled."));
    std::size_t reviewed = 0;
    for (const DecisionState& state : m_workspace.decisions())
        reviewed += state.verdict == Verdict::Keep || state.verdict == Verdict::Relabel ? 1 : 0;
    if (reviewed > 0)
        add(tr("the %1 that I have reviewed").arg(countText(reviewed)), CountReviewed,
            tr("The labels that you kept or changed, as they are now. The rest is unlabelled."));
    for (const RunRecord& run : m_workspace.runs()) {
        if (run.epochsDone == 0) continue;
        m_judge->addItem(tr("run %1, %2").arg(run.id.value).arg(QString::fromStdString(run.config.method)),
                         qlonglong(run.id.value));
        if (m_workspace.currentRun() == run.id) m_judge->setCurrentIndex(m_judge->count() - 1);
    }
    if (m_judge->count() > 0)
        add(tr("those that a run calls clean"), CountClean,
            tr("The labels of that run. Its suspects, and what it left out, are unlabelled."));
}

int LabelChooser::counting() const { return m_counting->currentData().toInt(); }

std::optional<int> LabelChooser::perClass() const {
    return counting() == CountPerClass ? std::optional(m_perClass->value()) : std::nullopt;
}

bool LabelChooser::allCount() const { return counting() == CountAll; }

bool LabelChooser::fewLabels() const {
    const auto dataset = m_workspace.dataset();
    if (!allCount() || !dataset) return !allCount();
    const auto training = std::size_t(std::count(dataset->splits.begin(), dataset->splits.end(), Split::Train));
    return 2 * unlabelled() > training;
}

std::size_t LabelChooser::unlabelled() const {
    const auto dataset = m_workspace.dataset();
    const LabelChoice::Kind kind = choice().kind;
    if (!dataset || kind == LabelChoice::Kind::File) return 0; // not before it is read
    const bool cleaned = kind == LabelChoice::Kind::Journal;
    const auto base =
        cleaned || kind == LabelChoice::Kind::Stored ? m_workspace.baseLabels() : std::shared_ptr<const LabelSet>();
    const std::vector<Label>& labels = base ? base->labels : dataset->givenLabels;
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < labels.size(); ++i) {
        if (labels[i] != kNoLabel || dataset->splits[i] != Split::Train) continue;
        count += !cleaned || m_workspace.effectiveLabel(SampleIndex(i)) == kNoLabel;
    }
    return count;
}

void LabelChooser::fillSources() {
    const auto add = [this](const QString& text, LabelChoice::Kind kind, const QString& help, qlonglong stored = 0) {
        m_source->addItem(text);
        const int row = m_source->count() - 1;
        m_source->setItemData(row, int(kind), kKindRole);
        m_source->setItemData(row, stored, kStoredRole);
        m_source->setItemData(row, help, Qt::ToolTipRole);
    };
    const auto base = m_workspace.baseLabelSetId();
    int chosen = 0;
    add(tr("as given with the data set"), LabelChoice::Kind::Given, tr("The labels exactly as they came."));
    if (m_workspace.decidedCount() > 0)
        add(tr("cleaned: with my %1 decisions").arg(countText(m_workspace.decidedCount())), LabelChoice::Kind::Journal,
            tr("Relabelled samples get their new label, excluded ones are left out. Frozen as it is now."));
    add(tr("with injected noise"), LabelChoice::Kind::Noise,
        tr("For experiments: some labels are made wrong on purpose, the given ones count as the truth."));
    add(tr("from a file"), LabelChoice::Kind::File, tr("A CSV names samples by index or file and gives their labels."));
    const auto known = base ? m_workspace.labelSetNames().find(*base) : m_workspace.labelSetNames().end();
    const auto fold = known != m_workspace.labelSetNames().end() ? parseFoldLabelName(known->second) : std::nullopt;
    for (const auto& [id, name] : m_workspace.labelSetNames()) {
        if (parseFoldLabelName(name)) continue; // the same labels as those that were cross-validated
        add(tr("kept: %1").arg(QString::fromStdString(name)), LabelChoice::Kind::Stored,
            tr("The same labels as runs before it: results can be compared."), qlonglong(id));
        if (base == id || (fold && fold->labels == name)) chosen = m_source->count() - 1;
    }
    m_source->setCurrentIndex(chosen);
}

void LabelChooser::choose(LabelChoice::Kind kind) {
    for (int row = 0; row < m_source->count(); ++row) {
        if (LabelChoice::Kind(m_source->itemData(row, kKindRole).toInt()) != kind) continue;
        m_source->setCurrentIndex(row);
        return;
    }
}

LabelChoice LabelChooser::choice() const {
    LabelChoice choice;
    choice.kind = LabelChoice::Kind(m_source->currentData(kKindRole).toInt());
    choice.stored = m_source->currentData(kStoredRole).toLongLong();
    choice.file = m_file->text().trimmed();
    choice.noise.kind = kModels[std::size_t(std::max(0, m_model->currentIndex()))];
    choice.noise.rate = m_rate->value() / 100;
    choice.noise.seed = std::uint64_t(m_seed->value());
    switch (counting()) {
    case CountListed: choice.counting = LabelChoice::Counting::Listed; break;
    case CountReviewed: choice.counting = LabelChoice::Counting::Reviewed; break;
    case CountClean: choice.counting = LabelChoice::Counting::CleanByRun; break;
    default: break;
    }
    choice.list = m_list->text().trimmed();
    choice.judge = RunId(m_judge->currentData().toLongLong());
    choice.cleanBelow = m_cleanBelow->value();
    const auto dataset = m_workspace.dataset();
    if (dataset && choice.noise.kind == NoiseKind::Asymmetric && !m_map->text().trimmed().isEmpty())
        if (auto map = parseClassMap(m_map->text().toStdString(), dataset->classNames))
            choice.noise.map = std::move(*map);
    return choice;
}

const LabelChooser::ReadFile* LabelChooser::listFile() const {
    return counting() == CountListed && !m_readList.state.isEmpty() ? &m_readList : nullptr;
}

const LabelChooser::ReadFile* LabelChooser::labelFile() const {
    const bool chosen = choice().kind == LabelChoice::Kind::File && m_source->isEnabled();
    return chosen && !m_readLabels.state.isEmpty() ? &m_readLabels : nullptr;
}

void LabelChooser::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    window()->installEventFilter(this);
}

/// Whoever comes back from another window may have mended a file there.
bool LabelChooser::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::WindowActivate) readFiles();
    return QWidget::eventFilter(watched, event);
}

bool LabelChooser::reading() const {
    const auto waits = [](const ReadFile* file) { return file != nullptr && !file->done; };
    return waits(listFile()) || waits(labelFile());
}

void LabelChooser::readFiles() {
    const LabelChoice chosen = choice();
    const bool labelsToo = chosen.kind != LabelChoice::Kind::File; // another file says what they are
    if (counting() == CountListed)
        readFile(m_readList, chosen.list, labelsToo ? QStringLiteral("labels") : QString(),
                 [labelsToo](const std::filesystem::path& file, const Dataset& dataset) -> Status {
                     ASSAY_TRY(const SampleList list, readSampleList(file, dataset, labelsToo));
                     (void)list;
                     return {};
                 });
    if (chosen.kind == LabelChoice::Kind::File && m_source->isEnabled())
        readFile(m_readLabels, chosen.file, {},
                 [](const std::filesystem::path& file, const Dataset& dataset) -> Status {
                     ASSAY_TRY(const LabelFile labels, readLabelFile(file, dataset));
                     (void)labels;
                     return {};
                 });
}

void LabelChooser::readFile(ReadFile& known, const QString& file, const QString& how, Reader read) {
    const QFileInfo info(file);
    const auto dataset = m_workspace.dataset();
    if (!dataset || !info.isFile()) {
        known = {};
        return;
    }
    const QString state =
        QStringList{file, how, QString::number(info.size()), info.lastModified().toString(Qt::ISODateWithMs)}.join(
            QLatin1Char('\n'));
    if (known.state == state) return;
    known = {state, false, {}};
    m_pool->run([read = std::move(read), path = pathOf(file), dataset] { return read(path, *dataset); },
                [this, &known, state](const Status& found) {
                    if (known.state != state) return; // another one was chosen since
                    known.done = true;
                    known.fault = found ? QString() : QString::fromStdString(found.error().sentence());
                    if (!reading()) Q_EMIT filesRead();
                });
}

QString LabelChooser::problem() const {
    const LabelChoice chosen = choice();
    if (chosen.counting == LabelChoice::Counting::Listed) {
        if (chosen.list.isEmpty()) return tr("Name the file that lists the samples whose labels count.");
        if (!QFileInfo(chosen.list).isFile()) return tr("There is no such file: %1").arg(chosen.list);
        if (m_readList.done && !m_readList.fault.isEmpty()) return m_readList.fault;
    }
    if (chosen.kind == LabelChoice::Kind::File && m_source->isEnabled()) {
        if (chosen.file.isEmpty()) return tr("Name the file that holds the labels.");
        if (!QFileInfo(chosen.file).isFile()) return tr("There is no such file: %1").arg(chosen.file);
        if (m_readLabels.done && !m_readLabels.fault.isEmpty()) return m_readLabels.fault;
    }
    const auto dataset = m_workspace.dataset();
    if (chosen.kind == LabelChoice::Kind::Noise && chosen.noise.kind == NoiseKind::Asymmetric && dataset &&
        !m_map->text().trimmed().isEmpty()) {
        const auto map = parseClassMap(m_map->text().toStdString(), dataset->classNames);
        if (!map) return QString::fromStdString(map.error().sentence());
    }
    return {};
}

void LabelChooser::browse(QLineEdit* into, const QString& title) {
    auto* dialog = new QFileDialog(this, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Tables (*.csv *.txt *.tsv)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, into, &QLineEdit::setText);
    dialog->open();
}

} // namespace assay::ui
