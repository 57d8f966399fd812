// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/new_run_dialog.h"

#include "core/train/method.h"
#include "core/train/network.h"
#include "ui/runs/label_chooser.h"
#include "ui/runs/loss_curves_dialog.h"
#include "ui/runs/method_advice.h"
#include "ui/runs/param_form.h"
#include "ui/runs/run_cost_label.h"
#include "ui/runs/weights_chooser.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QSpinBox>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace assay::ui {
namespace {

constexpr const char *kLabelled = "labelled", *kPerClass = "labelled-per-class";

/// Methods that have a setting of this name.
bool takes(const Method& method, const char* setting) {
    const auto& specs = method.description().params;
    return std::any_of(specs.begin(), specs.end(), [setting](const ParamSpec& spec) { return spec.name == setting; });
}

QSpinBox* number(const QString& name, int least, int most, int value, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setObjectName(name);
    box->setRange(least, most);
    box->setValue(value);
    box->setGroupSeparatorShown(true);
    return box;
}

} // namespace

NewRunDialog::NewRunDialog(Workspace& workspace, QWidget* parent) : QDialog(parent), m_workspace(workspace) {
    setObjectName(QStringLiteral("newRunDialog"));
    setWindowTitle(tr("New run"));
    auto* halves = new QSplitter(Qt::Horizontal, this);
    halves->setChildrenCollapsible(false);
    halves->addWidget(makeLeft());
    halves->addWidget(makeRight());
    halves->setSizes({400, 480});

    m_cost = new RunCostLabel(m_workspace, this);
    m_cost->setObjectName(QStringLiteral("runCost"));
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("runProblem"));
    m_problem->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_start = buttons->addButton(tr("&Start"), QDialogButtonBox::AcceptRole);
    m_start->setObjectName(QStringLiteral("runStart"));
    m_start->setToolTip(tr("Start, or put at the end of the queue (Ctrl+Enter)"));
    m_start->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &NewRunDialog::start);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(this, &QDialog::rejected, this, [this] { m_startWhenRead = false; });
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), this);
        connect(shortcut, &QShortcut::activated, this, &NewRunDialog::start);
    }
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(halves, 1);
    layout->addWidget(m_cost);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);

    connect(&m_workspace, &Workspace::engineLoaded, this, [this] {
        fillCatalogues();
        answered();
    });
    fillCatalogues();
    answered();
    resize(920, 640);
}

QWidget* NewRunDialog::makeLeft() {
    auto* left = new QWidget(this);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 6, 0);
    auto* labelBox = new QGroupBox(tr("Labels to train on"), left);
    m_labels = new LabelChooser(m_workspace, labelBox);
    (new QVBoxLayout(labelBox))->addWidget(m_labels);
    connect(m_labels, &LabelChooser::changed, this, &NewRunDialog::labelsChosen);
    connect(m_labels, &LabelChooser::filesRead, this, [this] {
        if (m_startWhenRead) start();
        else refresh();
    });

    auto* methodBox = new QGroupBox(tr("Method"), left);
    auto* methodColumn = new QVBoxLayout(methodBox);
    auto* questions = new QFormLayout;
    const auto question = [&](const QString& text, const QString& name, const QStringList& answers) {
        auto* box = new QComboBox(methodBox);
        box->setObjectName(name);
        box->addItems(answers);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        questions->addRow(text, box);
        connect(box, &QComboBox::currentIndexChanged, this, &NewRunDialog::answered);
        return box;
    };
    m_amount = question(
        tr("Wrong labels"), QStringLiteral("questionAmount"),
        {tr("I do not know how many"), tr("few: up to 10 %"), tr("some: up to 40 %"), tr("many: more than 40 %")});
    m_kind = question(tr("Of what kind"), QStringLiteral("questionKind"),
                      {tr("I do not know"), tr("at random, any class"), tr("mixed up with a similar class"),
                       tr("only some can be trusted; guess the rest")});
    m_time = question(tr("It may take"), QStringLiteral("questionTime"),
                      {tr("a quick first look"), tr("a few times as long"), tr("as long as it takes")});
    m_time->setCurrentIndex(int(MethodAnswers::Time::Moderate));
    methodColumn->addLayout(questions);
    m_advice = new QLabel(methodBox);
    m_advice->setObjectName(QStringLiteral("methodAdvice"));
    m_advice->setWordWrap(true);
    methodColumn->addWidget(m_advice);
    m_methods = new QListWidget(methodBox);
    m_methods->setObjectName(QStringLiteral("methodList"));
    m_methods->setAccessibleName(tr("Methods"));
    methodColumn->addWidget(m_methods, 1);
    connect(m_methods, &QListWidget::currentRowChanged, this, &NewRunDialog::methodChosen);

    column->addWidget(labelBox);
    column->addWidget(methodBox, 1);
    return left;
}

QWidget* NewRunDialog::makeRight() {
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(6, 0, 0, 0);
    m_methodTitle = new QLabel(right);
    QFont bold(font());
    bold.setWeight(QFont::DemiBold);
    m_methodTitle->setFont(bold);
    m_methodHelp = new QLabel(right);
    m_methodHelp->setObjectName(QStringLiteral("methodHelp"));
    m_methodHelp->setWordWrap(true);
    m_methodHelp->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_form = new ParamForm(right);
    connect(m_form, &ParamForm::changed, this, [this] {
        takeCounting();
        refresh();
    });
    m_form->setLink("loss", tr("Compare…"), tr("The losses as curves over the probability of the label"));
    connect(m_form, &ParamForm::linkClicked, this, &NewRunDialog::compareLosses);
    auto* scroll = new QScrollArea(right);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(m_form);

    auto* common = new QGroupBox(tr("Run"), right);
    auto* grid = new QGridLayout(common);
    m_network = new QComboBox(common);
    m_network->setObjectName(QStringLiteral("runNetwork"));
    m_epochs = number(QStringLiteral("runEpochs"), 1, 100'000, 20, common);
    m_seed = number(QStringLiteral("runSeed"), 0, std::numeric_limits<int>::max(), 1, common);
    m_seeds = number(QStringLiteral("runSeeds"), 1, 20, 1, common);
    m_seeds->setToolTip(tr("Number of seeds. The same run again with the next seeds: tells method from luck"));
    m_device = new QComboBox(common);
    m_device->setObjectName(QStringLiteral("runDevice"));
    m_threads = number(QStringLiteral("runThreads"), 0, 256, 0, common);
    m_threads->setSpecialValueText(tr("all cores"));
    m_threads->setToolTip(tr("The number changes the last bits of a result, so it is recorded with the run"));
    m_subset = number(QStringLiteral("runSubset"), 0, std::numeric_limits<int>::max(), 0, common);
    m_subset->setSpecialValueText(tr("all"));
    m_subset->setToolTip(tr("Training samples. Train on so many samples, the same share of every class"));
    m_folds = number(QStringLiteral("runFolds"), 1, 50, 1, common);
    m_folds->setSpecialValueText(tr("none"));
    m_folds->setToolTip(tr(
        "Cross-validation: a run for each fold, which holds it out. Together they answer for every training sample without "
        "having learnt its label"));
    m_weights = new WeightsChooser(m_workspace, common);
    const auto field = [this, common, grid](int row, int at, const QString& text, QWidget* editor, int columns = 1) {
        auto* label = new QLabel(text, common);
        label->setBuddy(editor);
        label->setMinimumHeight(m_network->sizeHint().height()); // beside the first line of a taller field
        grid->addWidget(label, row, at, Qt::AlignTop);
        grid->addWidget(editor, row, at + 1, 1, columns);
    };
    field(0, 0, tr("Net&work"), m_network, 3);
    field(1, 0, tr("Initial weights"), m_weights, 3);
    field(2, 0, tr("E&pochs"), m_epochs);
    field(2, 2, tr("De&vice"), m_device);
    field(3, 0, tr("S&eed"), m_seed);
    field(3, 2, tr("&Threads"), m_threads);
    field(4, 0, tr("See&ds"), m_seeds);
    field(4, 2, tr("Sam&ples"), m_subset);
    m_keepFeatures = new QCheckBox(tr("&Keep the features"), common);
    m_keepFeatures->setObjectName(QStringLiteral("runKeepFeatures"));
    m_keepFeatures->setToolTip(tr(
        "What the last layer sees of each picture, of the last epoch, for neighbours and the map; one file beside the project"));
    field(5, 0, tr("&Held-out folds"), m_folds);
    grid->addWidget(m_keepFeatures, 5, 2, 1, 2);
    auto* sweep = new QWidget(common);
    auto* sweepRow = new QHBoxLayout(sweep);
    sweepRow->setContentsMargins(0, 0, 0, 0);
    m_sweep = new QComboBox(sweep);
    m_sweep->setObjectName(QStringLiteral("sweepSetting"));
    m_sweep->setAccessibleName(tr("Setting to sweep"));
    m_sweep->setToolTip(tr("A setting that takes several values: a run for each, side by side in Compare"));
    m_sweepValues = new QLineEdit(sweep);
    m_sweepValues->setObjectName(QStringLiteral("sweepValues"));
    m_sweepValues->setAccessibleName(tr("Values to sweep over"));
    m_sweepValues->setPlaceholderText(tr("value, value, …"));
    sweepRow->addWidget(m_sweep);
    sweepRow->addWidget(m_sweepValues, 1);
    field(6, 0, tr("S&weep"), sweep, 3);
    connect(m_sweep, &QComboBox::currentIndexChanged, this, &NewRunDialog::refresh);
    connect(m_sweepValues, &QLineEdit::textChanged, this, &NewRunDialog::refresh);
    for (const int wide : {1, 3}) grid->setColumnStretch(wide, 1);
    for (QSpinBox* box : {m_epochs, m_seed, m_seeds, m_threads, m_subset, m_folds})
        connect(box, &QSpinBox::valueChanged, this, &NewRunDialog::refresh);
    connect(m_weights, &WeightsChooser::changed, this, &NewRunDialog::refresh);
    connect(m_network, &QComboBox::currentIndexChanged, this, &NewRunDialog::refresh);
    connect(m_device, &QComboBox::currentIndexChanged, this, &NewRunDialog::refresh);

    column->addWidget(m_methodTitle);
    column->addWidget(m_methodHelp);
    column->addWidget(scroll, 1);
    column->addWidget(common);
    return right;
}

void NewRunDialog::fillCatalogues() {
    const RunConfig before = config();
    {
        const QSignalBlocker blockMethods(m_methods);
        const QSignalBlocker blockNetworks(m_network);
        const QSignalBlocker blockDevices(m_device);
        m_methods->clear();
        m_network->clear();
        m_device->clear();
        for (const auto& method : m_workspace.registry().methods.all()) {
            const Description& about = method->description();
            auto* item = new QListWidgetItem(m_methods);
            item->setData(Qt::UserRole, QString::fromStdString(about.id));
        }
        markMethods();
        for (const auto& network : m_workspace.registry().networks.all()) {
            const Description& about = network->description();
            m_network->addItem(QString::fromStdString(about.id));
            m_network->setItemData(m_network->count() - 1, QString::fromStdString(about.help), Qt::ToolTipRole);
        }
        m_device->addItem(tr("automatic"), QStringLiteral("auto"));
        m_device->addItem(tr("processor (cpu)"), QStringLiteral("cpu"));
        for (const std::string& device : m_workspace.engineInfo().devices)
            if (device.starts_with("cuda")) m_device->addItem(QString::fromStdString(device), QStringLiteral("cuda"));
        m_network->setCurrentIndex(std::max(0, m_network->findText(QString::fromStdString(before.network))));
    }
    if (!before.method.empty()) chooseMethod(QString::fromStdString(before.method));
    refresh();
}

void NewRunDialog::compareLosses() {
    const ParamValues settings = m_form->values();
    const auto loss = settings.find("loss");
    LossCurvesDialog::show(m_workspace, this,
                           loss == settings.end() ? QString() : QString::fromStdString(toText(loss->second)));
}

QString NewRunDialog::methodId() const {
    const QListWidgetItem* item = m_methods->currentItem();
    return item == nullptr ? QString() : item->data(Qt::UserRole).toString();
}

void NewRunDialog::chooseMethod(const QString& id) {
    for (int row = 0; row < m_methods->count(); ++row)
        if (m_methods->item(row)->data(Qt::UserRole).toString() == id) m_methods->setCurrentRow(row);
}

std::vector<MethodAdvice> NewRunDialog::advice() const {
    std::vector<MethodAdvice> known;
    const MethodAnswers answers{MethodAnswers::Amount(m_amount->currentIndex()),
                                MethodAnswers::Kind(m_kind->currentIndex()),
                                MethodAnswers::Time(m_time->currentIndex()), m_labels->fewLabels()};
    for (const MethodAdvice& one : adviseMethods(answers))
        if (m_workspace.registry().methods.find(one.method) != nullptr) known.push_back(one);
    return known;
}

void NewRunDialog::propose() {
    const auto known = advice();
    m_proposed = known.empty() ? QString() : QString::fromStdString(known.front().method);
    const auto method = m_workspace.registry().methods.find(m_proposed.toStdString());
    m_advice->setText(method ? tr("Proposed: %1 – %2.")
                                   .arg(QString::fromStdString(method->description().title),
                                        QString::fromStdString(known.front().reason))
                             : QString());
}

void NewRunDialog::answered() {
    if (m_advice == nullptr) return; // the questions are still being put up
    propose();
    chooseMethod(m_proposed);
    refresh();
}

/// Where only some count, other methods suit; whoever has chosen another one than was proposed keeps it.
void NewRunDialog::labelsChosen() {
    m_startWhenRead = false;
    markMethods();
    const bool followed = methodId() == m_proposed;
    propose();
    if (followed) chooseMethod(m_proposed);
    takeCounting();
    refresh();
}

bool NewRunDialog::suits(const Method& method, bool few) const {
    return !few || takes(method, m_labels->perClass() ? kPerClass : kLabelled);
}

void NewRunDialog::markMethods() {
    const bool few = m_labels->fewLabels(); // looks through all labels
    for (int row = 0; row < m_methods->count(); ++row) {
        QListWidgetItem* item = m_methods->item(row);
        const auto method = m_workspace.registry().methods.find(item->data(Qt::UserRole).toString().toStdString());
        if (!method) continue;
        const Description& about = method->description();
        const QString title = QString::fromStdString(about.title),
                      help = QString::fromStdString(about.help + "\n" + about.citation);
        const bool suitable = suits(*method, few);
        item->setText(suitable ? title : tr("%1 (labelled pictures only)").arg(title));
        item->setToolTip(suitable ? help
                                  : tr("Learns the labels that count and nothing of the other pictures.") +
                                        QLatin1Char('\n') + help);
        item->setData(Qt::ForegroundRole, suitable ? QVariant() : QVariant(palette().brush(QPalette::PlaceholderText)));
    }
}

/// Those that suit the labels that count, the proposed ones first.
QString NewRunDialog::suitableMethods() const {
    constexpr qsizetype kMostNamed = 4;
    const bool few = m_labels->fewLabels();
    QStringList titles;
    const auto add = [&](const Method& method) {
        const QString title = QString::fromStdString(method.description().title);
        if (suits(method, few) && !titles.contains(title)) titles << title;
    };
    for (const MethodAdvice& one : advice()) add(*m_workspace.registry().methods.find(one.method));
    for (const auto& method : m_workspace.registry().methods.all()) add(*method);
    const qsizetype more = titles.size() - kMostNamed;
    const QString named = titles.mid(0, kMostNamed).join(tr(", "));
    return more > 0 ? tr("%1 or %2 others").arg(named, QString::number(more)) : named;
}

void NewRunDialog::methodChosen() {
    const auto method = m_workspace.registry().methods.find(methodId().toStdString());
    if (!method) return;
    const Description& about = method->description();
    m_methodTitle->setText(QString::fromStdString(about.title));
    m_methodHelp->setText(
        QString::fromStdString(about.help) +
        (about.citation.empty() ? QString() : QStringLiteral("\n") + QString::fromStdString(about.citation)));
    {
        const QSignalBlocker block(m_form);
        if (m_ownCounting) { // what the labels dictated to the last method is not this one's own
            ParamValues values = m_form->values();
            for (const auto& [name, value] : *m_ownCounting) values[name] = value;
            m_form->setValues(values);
            m_ownCounting.reset();
        }
        m_form->setSpecs(about.params);
    }
    fillSweep();
    takeCounting();
    refresh();
}

void NewRunDialog::fillSweep() {
    const QString before = m_sweep->currentData().toString();
    const QSignalBlocker block(m_sweep);
    m_sweep->clear();
    m_sweep->addItem(tr("nothing"), QString());
    for (const bool advanced : {false, true})
        for (const ParamSpec& spec : m_form->specs())
            if (spec.advanced == advanced && spec.type != ParamType::Text && spec.type != ParamType::Bool)
                m_sweep->addItem(QString::fromStdString(spec.name), QString::fromStdString(spec.name));
    m_sweep->setCurrentIndex(std::max(0, m_sweep->findData(before)));
}

/// What the choice of labels that count makes of the settings of a method that learns from some labels alone: so many
/// of each class are drawn by the run; those that the label set names are not cut down again.
ParamValues NewRunDialog::countingSettings() const {
    const auto& specs = m_form->specs();
    const auto known = [&specs](const char* name) {
        return std::any_of(specs.begin(), specs.end(), [name](const ParamSpec& spec) { return spec.name == name; });
    };
    if (m_labels->allCount() || !known(kLabelled)) return {};
    const auto count = m_labels->perClass();
    if (!count) return {{kLabelled, std::string("all")}};
    if (!known(kPerClass)) return {};
    return {{kLabelled, std::string("per-class")}, {kPerClass, std::int64_t(*count)}};
}

/// Shows them in the form, which gets its own back once the labels dictate nothing.
void NewRunDialog::takeCounting() {
    const QSignalBlocker block(m_form);
    const ParamValues dictated = countingSettings();
    ParamValues values = m_form->values();
    if (!dictated.empty() && !m_ownCounting) {
        m_ownCounting.emplace();
        for (const char* name : {kLabelled, kPerClass})
            if (const auto own = values.find(name); own != values.end()) m_ownCounting->insert(*own);
    }
    if (m_ownCounting) {
        for (const auto& [name, value] : *m_ownCounting) values[name] = value;
        for (const auto& [name, value] : dictated) values[name] = value;
        if (values != m_form->values()) m_form->setValues(values);
    }
    if (dictated.empty()) m_ownCounting.reset();
    for (const char* name : {kLabelled, kPerClass})
        if (QWidget* editor = m_form->editor(name)) editor->setEnabled(!dictated.contains(name));
}

Result<std::vector<ParamValue>> NewRunDialog::sweptValues() const {
    std::vector<ParamValue> values;
    const std::string name = m_sweep->currentData().toString().toStdString();
    const auto& specs = m_form->specs();
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const ParamSpec& one) { return one.name == name; });
    if (spec == specs.end()) return values;
    for (const QString& text : m_sweepValues->text().split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        ASSAY_TRY(ParamValue value, parseParam(*spec, text.trimmed().toStdString()));
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(std::move(value));
    }
    if (values.size() < 2)
        return fail(ErrorCode::InvalidArgument, "a sweep takes two values or more, with commas between", name);
    return values;
}

void NewRunDialog::setFolds(int folds) { m_folds->setValue(folds); }

std::vector<RunConfig> NewRunDialog::configs() const {
    std::vector<RunConfig> all;
    const auto add = [&](RunConfig next) {
        for (int i = 0; i < m_seeds->value(); ++i, ++next.seed) all.push_back(next);
    };
    const auto values = sweptValues();
    if (!values || values->empty()) {
        add(config());
        return all;
    }
    for (const ParamValue& value : *values) {
        RunConfig next = config();
        next.settings[m_sweep->currentData().toString().toStdString()] = value;
        add(std::move(next));
    }
    return all;
}

void NewRunDialog::setConfig(const RunConfig& config) {
    chooseMethod(QString::fromStdString(config.method));
    m_form->setValues(config.settings);
    m_network->setCurrentIndex(std::max(0, m_network->findText(QString::fromStdString(config.network))));
    m_epochs->setValue(config.epochs);
    m_seed->setValue(int(std::min<std::uint64_t>(config.seed, std::numeric_limits<int>::max())));
    m_device->setCurrentIndex(std::max(0, m_device->findData(QString::fromStdString(config.device))));
    m_threads->setValue(config.threads);
    m_subset->setValue(int(config.subset));
    m_weights->readFrom(config);
    m_keepFeatures->setChecked(config.keepFeatures);
}

RunConfig NewRunDialog::config() const {
    RunConfig config;
    config.method = methodId().toStdString();
    config.settings = m_form->values();
    for (const auto& [name, value] : countingSettings()) config.settings[name] = value;
    if (!m_network->currentText().isEmpty()) config.network = m_network->currentText().toStdString();
    config.epochs = m_epochs->value();
    config.seed = std::uint64_t(m_seed->value());
    if (m_device->currentIndex() >= 0) config.device = m_device->currentData().toString().toStdString();
    config.threads = m_threads->value();
    config.subset = std::size_t(m_subset->value());
    m_weights->writeTo(config);
    config.keepFeatures = m_keepFeatures->isChecked();
    return config;
}

LabelChoice NewRunDialog::labels() const { return m_labels->choice(); }

QString NewRunDialog::problem() const {
    if (!m_workspace.project()) return tr("Open a data set first.");
    if (m_workspace.readOnly()) return tr("This project is open read-only: another window works on it.");
    if (m_methods->count() == 0 && !m_workspace.engineReady())
        return tr("The engine is still loading; this takes a few seconds.");
    if (methodId().isEmpty()) return tr("Choose a method.");
    if (const QString wrong = m_labels->problem(); !wrong.isEmpty()) return wrong;
    if (m_labels->perClass() && m_form->editor(kPerClass) == nullptr) {
        const QString others = suitableMethods();
        return others.isEmpty()
                   ? tr("This method learns from every label that counts.")
                   : tr("This method learns from every label that counts; choose one that takes so many of each class: %1.")
                         .arg(others);
    }
    if (const QString wrong = m_weights->problem(); !wrong.isEmpty()) return wrong;
    if (const auto swept = sweptValues(); !swept) return QString::fromStdString(swept.error().sentence());
    return m_form->problem();
}

void NewRunDialog::refresh() {
    if (m_start == nullptr) return;
    const QString wrong = problem();
    const QString waits =
        wrong.isEmpty() && m_startWhenRead ? tr("The file is being read; the run starts then.") : QString();
    m_problem->setText(wrong.isEmpty() ? waits : QStringLiteral("⚠ ") + wrong);
    m_problem->setVisible(!m_problem->text().isEmpty());
    m_start->setEnabled(wrong.isEmpty());
    std::vector<RunConfig> all = configs();
    const std::size_t runs = all.size() * std::size_t(m_folds->value());
    m_start->setText(runs > 1 ? tr("&Start %1 runs").arg(runs) : tr("&Start"));
    m_sweepValues->setEnabled(m_sweep->currentIndex() > 0);
    const auto method = m_workspace.registry().methods.find(methodId().toStdString());
    m_cost->estimate(std::move(all), m_folds->value(),
                     method && !takes(*method, kLabelled) ? m_labels->unlabelled() : 0);
}

void NewRunDialog::start() {
    m_labels->readFiles(); // they may have changed since
    m_startWhenRead = m_labels->reading() && problem().isEmpty();
    refresh();
    if (m_startWhenRead || !problem().isEmpty()) return;
    const LabelChoice chosen = labels();
    const std::vector<RunConfig> all = configs();
    if (m_sweep->currentIndex() > 0) Q_EMIT aboutToSweep(int(all.size()));
    for (const RunConfig& next : all) {
        if (m_folds->value() > 1) m_workspace.crossValidate(next, chosen, m_folds->value());
        else m_workspace.startRun(next, chosen);
    }
    accept();
}

} // namespace assay::ui
