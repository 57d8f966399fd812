// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/noise_dialog.h"

#include "ui/models/gallery_model.h"
#include "ui/session/task_pool.h"
#include "ui/session/workspace.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QVBoxLayout>

namespace assay::ui {

NoiseDialog::NoiseDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent), m_workspace(workspace), m_kind(new QComboBox(this)), m_rate(new QDoubleSpinBox(this)),
      m_seed(new QSpinBox(this)), m_map(new QLineEdit(this)), m_matrix(new QTableWidget(this)),
      m_result(new QLabel(this)), m_pool(new TaskPool(1, this)) {
    setObjectName(QStringLiteral("noiseDialog"));
    setWindowTitle(tr("Inject noise"));
    m_kind->setObjectName(QStringLiteral("noiseKind"));
    const std::pair<NoiseKind, QString> kinds[] = {
        {NoiseKind::Symmetric, tr("symmetric: one of the other classes")},
        {NoiseKind::SymmetricInclusive, tr("symmetric, inclusive: one of all classes")},
        {NoiseKind::Asymmetric, tr("asymmetric: along a class map")},
        {NoiseKind::Pairflip, tr("pairflip: to the next class")},
        {NoiseKind::Instance, tr("instance-dependent (Xia et al. 2020)")}};
    for (const auto& [kind, text] : kinds) m_kind->addItem(text, int(kind));
    m_rate->setObjectName(QStringLiteral("noiseRate"));
    m_rate->setRange(0, 100);
    m_rate->setDecimals(1);
    m_rate->setSuffix(tr(" %"));
    m_rate->setValue(20);
    m_seed->setObjectName(QStringLiteral("noiseSeed"));
    m_seed->setRange(0, 1'000'000'000);
    m_seed->setValue(1);
    m_map->setObjectName(QStringLiteral("noiseMap"));
    m_map->setPlaceholderText(tr("cat=dog,dog=cat; empty: the published map, where there is one"));
    m_matrix->setObjectName(QStringLiteral("noiseMatrix"));
    m_matrix->setAccessibleName(tr("Transitions as they came out: true class by row, label by column"));
    m_matrix->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_matrix->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    m_matrix->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_result->setObjectName(QStringLiteral("noiseResult"));
    m_result->setWordWrap(true);
    auto* form = new QFormLayout;
    form->addRow(tr("&Model"), m_kind);
    form->addRow(tr("&Rate"), m_rate);
    form->addRow(tr("&Seed"), m_seed);
    form->addRow(tr("Ma&p"), m_map);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(tr("Inject"));
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(new QLabel(tr("Realised transitions (row: true class, column: label):"), this));
    layout->addWidget(m_matrix, 1);
    layout->addWidget(m_result);
    layout->addWidget(buttons);
    resize(760, 560);
    connect(buttons, &QDialogButtonBox::accepted, this, &NoiseDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &NoiseDialog::preview);
    connect(m_rate, &QDoubleSpinBox::valueChanged, this, &NoiseDialog::preview);
    connect(m_seed, &QSpinBox::valueChanged, this, &NoiseDialog::preview);
    connect(m_map, &QLineEdit::textChanged, this, &NoiseDialog::preview);
    preview();
}

NoiseDialog::~NoiseDialog() = default;

Result<NoiseOptions> NoiseDialog::options() const {
    NoiseOptions options;
    options.kind = NoiseKind(m_kind->currentData().toInt());
    options.rate = m_rate->value() / 100;
    options.seed = std::uint64_t(m_seed->value());
    if (options.kind == NoiseKind::Asymmetric && !m_map->text().trimmed().isEmpty()) {
        ASSAY_TRY(options.map, parseClassMap(m_map->text().toStdString(), m_workspace.dataset()->classNames));
    }
    return options;
}

void NoiseDialog::preview() {
    m_map->setEnabled(NoiseKind(m_kind->currentData().toInt()) == NoiseKind::Asymmetric);
    const auto asked = options();
    m_ok->setEnabled(false);
    const std::uint64_t generation = ++m_generation;
    if (!asked) {
        m_result->setText(QString::fromStdString(asked.error().sentence()));
        return;
    }
    m_pool->run([dataset = m_workspace.dataset(),
                 options = *asked] { return injectNoise(*dataset, dataset->givenLabels, options); },
                [this, generation](Result<NoisyLabels> noisy) {
                    if (generation != m_generation) return;
                    m_ok->setEnabled(noisy.has_value());
                    if (noisy) showMatrix(*noisy);
                    else m_result->setText(QString::fromStdString(noisy.error().sentence()));
                });
}

void NoiseDialog::showMatrix(const NoisyLabels& noisy) {
    const int classes = int(noisy.counts.size());
    QStringList names;
    for (Label k = 0; k < classes; ++k) names << className(m_workspace, k);
    m_matrix->setRowCount(classes);
    m_matrix->setColumnCount(classes);
    m_matrix->setHorizontalHeaderLabels(names);
    m_matrix->setVerticalHeaderLabels(names);
    const QLocale locale;
    for (int row = 0; row < classes; ++row)
        for (int column = 0; column < classes; ++column) {
            auto* item =
                new QTableWidgetItem(locale.toString(qulonglong(noisy.counts[std::size_t(row)][std::size_t(column)])));
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_matrix->setItem(row, column, item);
        }
    m_result->setText(
        tr("%1 % of the labels come out wrong. The given labels are kept as the truth; your files are not "
           "touched.")
            .arg(locale.toString(noisy.realisedRate * 100, 'f', 2)));
}

void NoiseDialog::accept() {
    const auto asked = options();
    if (!asked) return;
    m_workspace.injectNoise(*asked);
    QDialog::accept();
}

} // namespace assay::ui
