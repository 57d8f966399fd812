// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/export_dialog.h"

#include "core/base/text.h"
#include "core/project/export_table.h"
#include "ui/runs/param_form.h"
#include "ui/session/task_pool.h"
#include "ui/session/workspace.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFontDatabase>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QVBoxLayout>

namespace assay::ui {

namespace {

constexpr std::size_t kPreviewRows = 12;

bool writesFolder(const Exporter& exporter) { return exporter.description().id.find("folder") != std::string::npos; }

QString figuresText(const ExportReport& report) {
    const QLocale locale;
    const auto number = [&](std::size_t count) { return locale.toString(qulonglong(count)); };
    const auto leftOut = [](std::size_t samples) { return samples > 0 ? QObject::tr(" (left out)") : QString(); };
    return QObject::tr("%1 rows, %2 relabelled, %3 flagged%4, %5 excluded%6")
        .arg(number(report.rows), number(report.relabelled), number(report.flagged), leftOut(report.flaggedOut),
             number(report.excluded), leftOut(report.excludedOut));
}

} // namespace

/// Everything that an export needs, taken on the GUI thread.
struct ExportDialog::Order {
    std::shared_ptr<const Exporter> exporter;
    std::shared_ptr<Project> project;
    std::shared_ptr<const Dataset> dataset;
    ExportChoice choice;
    ParamValues settings;
    std::filesystem::path target;
};

ExportDialog::ExportDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent), m_workspace(workspace), m_format(new QComboBox(this)), m_help(new QLabel(this)),
      m_settings(new ParamForm(this)), m_include(new QComboBox(this)), m_excluded(new QComboBox(this)),
      m_flagged(new QComboBox(this)), m_target(new QLineEdit(this)), m_preview(new QPlainTextEdit(this)),
      m_classes(new QTableWidget(this)), m_problem(new QLabel(this)), m_busy(new QProgressBar(this)),
      m_pool(new TaskPool(1, this)) {
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export labels"));
    buildUi();
    QSettings settings;
    for (const auto& exporter : workspace.registry().exporters.all())
        m_format->addItem(QString::fromStdString(exporter->description().title),
                          QString::fromStdString(exporter->description().id));
    const int last = m_format->findData(settings.value(QStringLiteral("export/format")));
    m_format->setCurrentIndex(std::max(0, last));
    m_include->setCurrentIndex(std::max(0, m_include->findData(settings.value(QStringLiteral("export/include"), 0))));
    m_excluded->setCurrentIndex(
        std::max(0, m_excluded->findData(settings.value(QStringLiteral("export/excluded"), 0))));
    m_flagged->setCurrentIndex(std::max(0, m_flagged->findData(settings.value(QStringLiteral("export/flagged"), 0))));
    chooseFormat();
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::chooseFormat);
    for (QComboBox* box : {m_include, m_excluded, m_flagged})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportDialog::preview);
    connect(m_settings, &ParamForm::changed, this, &ExportDialog::preview);
}

ExportDialog::~ExportDialog() = default;

void ExportDialog::buildUi() {
    m_format->setObjectName(QStringLiteral("exportFormat"));
    m_help->setWordWrap(true);
    m_include->setObjectName(QStringLiteral("exportInclude"));
    m_include->addItem(tr("all samples"), int(ExportInclude::All));
    m_include->addItem(tr("only those whose label has changed"), int(ExportInclude::Changed));
    m_include->addItem(tr("only those that were kept or relabelled"), int(ExportInclude::Kept));
    m_excluded->setObjectName(QStringLiteral("exportExcluded"));
    m_excluded->addItem(tr("leave them out"), int(ExcludedPolicy::LeaveOut));
    m_excluded->addItem(tr("keep them with their given label"), int(ExcludedPolicy::KeepGiven));
    m_flagged->setObjectName(QStringLiteral("exportFlagged"));
    m_flagged->addItem(tr("keep them with their given label"), int(FlaggedPolicy::KeepGiven));
    m_flagged->addItem(tr("leave them out"), int(FlaggedPolicy::LeaveOut));
    m_target->setObjectName(QStringLiteral("exportTarget"));
    auto* browse = new QPushButton(tr("Browse…"), this);
    browse->setObjectName(QStringLiteral("exportBrowse"));
    connect(browse, &QPushButton::clicked, this, &ExportDialog::chooseTarget);
    auto* targetLine = new QHBoxLayout;
    targetLine->addWidget(m_target, 1);
    targetLine->addWidget(browse);
    auto* form = new QFormLayout;
    form->addRow(tr("&Format"), m_format);
    form->addRow(QString(), m_help);
    form->addRow(tr("&Samples"), m_include);
    form->addRow(tr("E&xcluded"), m_excluded);
    form->addRow(tr("Fla&gged"), m_flagged);
    auto* toLabel = new QLabel(tr("&To"), this);
    toLabel->setBuddy(m_target);
    form->addRow(toLabel, targetLine);
    auto* left = new QVBoxLayout;
    left->addLayout(form);
    left->addWidget(m_settings, 1);

    m_preview->setObjectName(QStringLiteral("exportPreview"));
    m_preview->setReadOnly(true);
    m_preview->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_preview->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_preview->setAccessibleName(tr("First lines as they will be written"));
    m_classes->setObjectName(QStringLiteral("exportClasses"));
    m_classes->setAccessibleName(tr("Samples per class, before and after"));
    m_classes->setColumnCount(4);
    m_classes->setHorizontalHeaderLabels({tr("Class"), tr("before"), tr("after"), tr("change")});
    m_classes->verticalHeader()->hide();
    m_classes->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    m_classes->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_classes->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    auto* right = new QVBoxLayout;
    right->addWidget(new QLabel(tr("First lines"), this));
    right->addWidget(m_preview, 1);
    right->addWidget(new QLabel(tr("Samples per class"), this));
    right->addWidget(m_classes, 1);
    auto* columns = new QHBoxLayout;
    columns->addLayout(left, 1);
    columns->addLayout(right, 1);

    m_problem->setObjectName(QStringLiteral("exportProblem"));
    m_problem->setWordWrap(true);
    m_busy->setRange(0, 0);
    m_busy->hide();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Save);
    m_ok->setText(tr("Export"));
    m_ok->setObjectName(QStringLiteral("exportButton"));
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(columns, 1);
    layout->addWidget(m_problem);
    layout->addWidget(m_busy);
    layout->addWidget(buttons);
    resize(940, 600);
}

std::shared_ptr<const Exporter> ExportDialog::exporter() const {
    return m_workspace.registry().exporters.find(m_format->currentData().toString().toStdString());
}

QString ExportDialog::suggestedTarget() const {
    const auto chosen = exporter();
    const auto project = m_workspace.project();
    if (!chosen || !project) return {};
    const QString id = QString::fromStdString(chosen->description().id);
    const QString stored = QSettings().value(QStringLiteral("export/target-") + id).toString();
    const QString stem = QFileInfo(QString::fromStdString(project->file().string())).completeBaseName();
    const QString folder = stored.isEmpty() ? QDir::homePath() : QFileInfo(stored).absolutePath();
    const QString name =
        writesFolder(*chosen) ? stem + QStringLiteral("-cleaned") : QStringLiteral("%1-%2.csv").arg(stem, id);
    return QDir(folder).filePath(name);
}

void ExportDialog::chooseFormat() {
    const auto chosen = exporter();
    m_ok->setEnabled(chosen != nullptr);
    if (!chosen) {
        m_problem->setText(tr("No export format is built in."));
        return;
    }
    m_help->setText(QString::fromStdString(chosen->description().help));
    m_settings->setSpecs(chosen->description().params);
    m_settings->setVisible(!chosen->description().params.empty());
    m_target->setText(suggestedTarget());
    preview();
}

void ExportDialog::chooseTarget() {
    const auto chosen = exporter();
    if (!chosen) return;
    const QString target =
        writesFolder(*chosen)
            ? QFileDialog::getExistingDirectory(this, tr("Folder to write"), QFileInfo(m_target->text()).absolutePath())
            : QFileDialog::getSaveFileName(this, tr("File to write"), m_target->text(),
                                           tr("Tables (*.csv *.tsv);;All files (*)"));
    if (!target.isEmpty()) m_target->setText(target);
}

ExportDialog::Order ExportDialog::order() const {
    Order order;
    order.exporter = exporter();
    order.project = m_workspace.project();
    order.dataset = m_workspace.dataset();
    order.settings = m_settings->values();
    order.target = QFile::encodeName(m_target->text()).toStdString();
    order.choice.include = ExportInclude(m_include->currentData().toInt());
    order.choice.excluded = ExcludedPolicy(m_excluded->currentData().toInt());
    order.choice.flagged = FlaggedPolicy(m_flagged->currentData().toInt());
    if (const auto labels = m_workspace.baseLabels()) order.choice.given = labels->labels;
    if (const auto run = m_workspace.currentRun(); run && m_workspace.currentEpoch() > 0) order.choice.run = run;
    if (order.choice.run) order.choice.score = m_workspace.registry().scores.find("p-noisy");
    return order;
}

void ExportDialog::preview() {
    const Order asked = order();
    if (!asked.exporter || !asked.project) return;
    const std::uint64_t generation = ++m_generation;
    struct Answer {
        std::string text;
        ExportReport figures;
        ClassCounts counts;
    };
    m_pool->run(
        [asked]() -> Result<Answer> {
            ASSAY_TRY(const ExportTable table,
                      buildExportTable(*asked.project, *asked.dataset, *asked.exporter, asked.choice));
            Answer answer;
            ASSAY_TRY(answer.text, asked.exporter->preview(table, asked.settings, kPreviewRows));
            answer.figures = summarise(table);
            answer.counts = countClasses(*asked.dataset, table, asked.choice.given);
            return answer;
        },
        [this, generation, dataset = asked.dataset](Result<Answer> answer) {
            if (generation != m_generation) return;
            m_ok->setEnabled(answer.has_value());
            if (!answer) {
                showPreview({}, QString::fromStdString(answer.error().sentence()));
                return;
            }
            showPreview(QString::fromStdString(answer->text), figuresText(answer->figures));
            const QLocale locale;
            m_classes->setRowCount(dataset->classCount());
            for (int k = 0; k < dataset->classCount(); ++k) {
                const auto before = qlonglong(answer->counts.given[std::size_t(k)]);
                const auto after = qlonglong(answer->counts.effective[std::size_t(k)]);
                const QString change =
                    (after > before ? QStringLiteral("+") : QString()) + locale.toString(after - before);
                m_classes->setItem(k, 0,
                                   new QTableWidgetItem(
                                       QString::fromStdString(escapeForDisplay(dataset->classNames[std::size_t(k)]))));
                const QString numbers[] = {locale.toString(before), locale.toString(after), change};
                for (int column = 0; column < 3; ++column) {
                    auto* item = new QTableWidgetItem(numbers[column]);
                    item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
                    m_classes->setItem(k, column + 1, item);
                }
            }
        });
}

void ExportDialog::showPreview(const QString& text, const QString& figures) {
    m_preview->setPlainText(text);
    m_problem->setText(figures);
}

void ExportDialog::remember() {
    QSettings settings;
    settings.setValue(QStringLiteral("export/format"), m_format->currentData());
    settings.setValue(QStringLiteral("export/include"), m_include->currentData());
    settings.setValue(QStringLiteral("export/excluded"), m_excluded->currentData());
    settings.setValue(QStringLiteral("export/flagged"), m_flagged->currentData());
    settings.setValue(QStringLiteral("export/target-") + m_format->currentData().toString(), m_target->text());
}

void ExportDialog::accept() {
    if (m_busy->isVisible()) return;
    if (const QString problem = m_settings->problem(); !problem.isEmpty()) {
        m_problem->setText(problem);
        return;
    }
    const Order asked = order();
    if (!asked.exporter || m_target->text().trimmed().isEmpty()) {
        m_problem->setText(tr("Say where the labels are to be written."));
        return;
    }
    remember();
    m_busy->show();
    m_ok->setEnabled(false);
    ++m_generation;
    m_pool->run(
        [asked]() -> Result<ExportReport> {
            asked.project->flush();
            ASSAY_TRY(const ExportTable table,
                      buildExportTable(*asked.project, *asked.dataset, *asked.exporter, asked.choice));
            return asked.exporter->write(table, asked.settings, asked.target);
        },
        [this, target = m_target->text()](Result<ExportReport> report) {
            m_busy->hide();
            m_ok->setEnabled(true);
            if (!report) {
                m_problem->setText(QString::fromStdString(report.error().sentence()));
                return;
            }
            Q_EMIT exported(tr("Exported and read back: %1, %2 differences")
                                .arg(figuresText(*report))
                                .arg(QLocale().toString(qulonglong(report->differences))),
                            target);
            QDialog::accept();
        });
}

} // namespace assay::ui
