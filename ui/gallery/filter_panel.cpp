// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gallery/filter_panel.h"

#include "core/base/text.h"
#include "ui/gallery/score_title.h"
#include "ui/models/gallery_model.h"
#include "ui/session/workspace.h"

#include <QComboBox>
#include <QFormLayout>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace assay::ui {

namespace {

constexpr const char* kViewsKey = "window/saved-views";
constexpr double kOpenEnd = 1e9;

QJsonObject toJson(const ViewFilter& filter) {
    QJsonObject json;
    json[QStringLiteral("score")] = filter.score;
    json[QStringLiteral("descending")] = filter.descending;
    json[QStringLiteral("suspects")] = filter.suspectsOnly;
    json[QStringLiteral("text")] = filter.text;
    QJsonArray classes, splits, verdicts;
    for (const Label label : filter.classes) classes << label;
    for (const Split split : filter.splits) splits << int(split);
    for (const Verdict verdict : filter.verdicts) verdicts << int(verdict);
    json[QStringLiteral("classes")] = classes;
    json[QStringLiteral("splits")] = splits;
    json[QStringLiteral("verdicts")] = verdicts;
    if (filter.scoreRange)
        json[QStringLiteral("range")] = QJsonArray{filter.scoreRange->first, filter.scoreRange->second};
    return json;
}

ViewFilter fromJson(const QJsonObject& json) {
    ViewFilter filter;
    filter.score = json[QStringLiteral("score")].toString(filter.score);
    filter.descending = json[QStringLiteral("descending")].toBool(true);
    filter.suspectsOnly = json[QStringLiteral("suspects")].toBool();
    filter.text = json[QStringLiteral("text")].toString();
    for (const QJsonValue& value : json[QStringLiteral("classes")].toArray())
        filter.classes.push_back(Label(value.toInt()));
    for (const QJsonValue& value : json[QStringLiteral("splits")].toArray())
        filter.splits.push_back(Split(std::clamp(value.toInt(), 0, 2)));
    for (const QJsonValue& value : json[QStringLiteral("verdicts")].toArray())
        filter.verdicts.push_back(Verdict(std::clamp(value.toInt(), 0, 4)));
    const QJsonArray range = json[QStringLiteral("range")].toArray();
    if (range.size() == 2) filter.scoreRange = {range[0].toDouble(), range[1].toDouble()};
    return filter;
}

} // namespace

FilterPanel::FilterPanel(Workspace& workspace, QWidget* parent) : QWidget(parent), m_workspace(workspace) {
    setObjectName(QStringLiteral("filterPanel"));
    buildUi();
    connect(&workspace, &Workspace::datasetChanged, this, &FilterPanel::fillClasses);
    connect(&workspace, &Workspace::currentRunChanged, this, &FilterPanel::countClasses);
    connect(&workspace, &Workspace::viewChanged, this, &FilterPanel::showFilter);
    connect(&workspace, &Workspace::projectChanged, this, &FilterPanel::loadViews);
    fillClasses();
}

void FilterPanel::buildUi() {
    m_text = new QLineEdit(this);
    m_text->setObjectName(QStringLiteral("filterText"));
    m_text->setPlaceholderText(tr("file or class name"));
    m_text->setClearButtonEnabled(true);
    m_text->setAccessibleName(tr("Text in file or class name"));
    connect(m_text, &QLineEdit::textChanged, this, &FilterPanel::apply);

    const auto makeBound = [this](const QString& name, const QString& text) {
        auto* edit = new QLineEdit(this);
        edit->setObjectName(name);
        edit->setAccessibleName(text);
        edit->setToolTip(text);
        edit->setPlaceholderText(tr("any"));
        edit->setAlignment(Qt::AlignRight);
        connect(edit, &QLineEdit::textEdited, this, &FilterPanel::apply);
        return edit;
    };
    m_low = makeBound(QStringLiteral("filterLow"), tr("Lowest score"));
    m_high = makeBound(QStringLiteral("filterHigh"), tr("Highest score"));
    m_scoreTitle = new QLabel(this);

    m_classes = new QListWidget(this);
    m_classes->setObjectName(QStringLiteral("filterClasses"));
    m_classes->setAccessibleName(tr("Given classes"));
    m_classes->setToolTip(tr("Given class with its number of samples; the number in front is the key that relabels"));
    m_classes->setSpacing(1);
    connect(m_classes, &QListWidget::itemChanged, this, &FilterPanel::apply);

    m_split = new QComboBox(this);
    m_split->setObjectName(QStringLiteral("filterSplit"));
    m_split->addItem(tr("any"), -1);
    m_split->addItem(tr("train"), int(Split::Train));
    m_split->addItem(tr("validation"), int(Split::Validation));
    m_split->addItem(tr("test"), int(Split::Test));
    connect(m_split, &QComboBox::activated, this, &FilterPanel::apply);
    m_decision = new QComboBox(this);
    m_decision->setObjectName(QStringLiteral("filterDecision"));
    m_decision->addItem(tr("any"), -1);
    m_decision->addItem(tr("undecided"), int(Verdict::None));
    m_decision->addItem(tr("decided"), 100);
    m_decision->addItem(tr("✔ kept"), int(Verdict::Keep));
    m_decision->addItem(tr("✎ relabelled"), int(Verdict::Relabel));
    m_decision->addItem(tr("⚑ flagged"), int(Verdict::Flag));
    m_decision->addItem(tr("✕ excluded"), int(Verdict::Exclude));
    connect(m_decision, &QComboBox::activated, this, &FilterPanel::apply);

    auto* range = new QHBoxLayout;
    range->addWidget(m_low);
    range->addWidget(new QLabel(QStringLiteral("–"), this));
    range->addWidget(m_high);
    auto* form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("&Text"), m_text);
    form->addRow(m_scoreTitle, range);
    form->addRow(tr("S&plit"), m_split);
    form->addRow(tr("De&cision"), m_decision);

    auto* clear = new QPushButton(tr("Clear filters"), this);
    clear->setObjectName(QStringLiteral("clearFilters"));
    connect(clear, &QPushButton::clicked, this, &FilterPanel::clearFilters);

    m_views = new QListWidget(this);
    m_views->setObjectName(QStringLiteral("savedViews"));
    m_views->setAccessibleName(tr("Saved views"));
    m_views->setMaximumHeight(110);
    connect(m_views, &QListWidget::itemActivated, this, &FilterPanel::openView);
    connect(m_views, &QListWidget::itemClicked, this, &FilterPanel::openView);
    auto* save = new QPushButton(tr("Save view…"), this);
    save->setObjectName(QStringLiteral("saveView"));
    connect(save, &QPushButton::clicked, this, &FilterPanel::saveView);
    auto* remove = new QPushButton(tr("Remove"), this);
    remove->setObjectName(QStringLiteral("removeView"));
    remove->setToolTip(tr("Remove the saved view that is chosen"));
    connect(remove, &QPushButton::clicked, this, &FilterPanel::removeView);
    auto* viewButtons = new QHBoxLayout;
    viewButtons->addWidget(save);
    viewButtons->addWidget(remove);
    auto* viewsTitle = new QLabel(tr("Saved &views"), this);
    viewsTitle->setBuddy(m_views);
    auto* classesTitle = new QLabel(tr("&Given class"), this);
    classesTitle->setBuddy(m_classes);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 8);
    layout->addLayout(form);
    layout->addWidget(classesTitle);
    layout->addWidget(m_classes, 1);
    layout->addWidget(clear);
    layout->addWidget(viewsTitle);
    layout->addWidget(m_views);
    layout->addLayout(viewButtons);
    setMinimumWidth(200);
}

void FilterPanel::focusText() {
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

void FilterPanel::fillClasses() {
    m_showing = true;
    m_classes->clear();
    const auto dataset = m_workspace.dataset();
    for (Label label = 0; dataset && label < dataset->classCount(); ++label) {
        auto* item = new QListWidgetItem(m_classes);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
        item->setCheckState(Qt::Unchecked);
        item->setData(Qt::UserRole, label);
    }
    m_showing = false;
    countClasses();
}

void FilterPanel::countClasses() {
    const auto dataset = m_workspace.dataset();
    if (!dataset) return;
    std::vector<std::size_t> counts(std::size_t(dataset->classCount()), 0);
    for (std::uint32_t i = 0; i < dataset->size(); ++i)
        if (const Label label = m_workspace.baseLabel(SampleIndex(i)); label >= 0 && label < dataset->classCount())
            ++counts[std::size_t(label)];
    m_showing = true;
    const QLocale locale;
    for (int row = 0; row < m_classes->count(); ++row)
        m_classes->item(row)->setText(tr("%1  %2  (%3)")
                                          .arg(QString::number(row), className(m_workspace, row),
                                               locale.toString(qulonglong(counts[std::size_t(row)]))));
    m_showing = false;
}

void FilterPanel::showFilter() {
    const ViewFilter& filter = m_workspace.filter();
    m_showing = true;
    if (m_text->text() != filter.text) m_text->setText(filter.text);
    m_scoreTitle->setText(scoreTitle(filter.score));
    const auto showBound = [](QLineEdit* edit, double value, double open) {
        if (edit->hasFocus()) return; // somebody is typing
        edit->setText(value == open ? QString() : QString::number(value));
    };
    showBound(m_low, filter.scoreRange ? filter.scoreRange->first : -kOpenEnd, -kOpenEnd);
    showBound(m_high, filter.scoreRange ? filter.scoreRange->second : kOpenEnd, kOpenEnd);
    for (int row = 0; row < m_classes->count(); ++row) {
        const bool on = std::find(filter.classes.begin(), filter.classes.end(), Label(row)) != filter.classes.end();
        m_classes->item(row)->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
    m_split->setCurrentIndex(m_split->findData(filter.splits.size() == 1 ? int(filter.splits.front()) : -1));
    const int verdict = filter.verdicts.empty() ? -1 : filter.verdicts.size() == 1 ? int(filter.verdicts.front()) : 100;
    m_decision->setCurrentIndex(m_decision->findData(verdict));
    m_showing = false;
}

void FilterPanel::apply() {
    if (m_showing) return;
    ViewFilter filter = m_workspace.filter();
    filter.text = m_text->text();
    filter.scoreRange.reset();
    const auto bound = [](const QLineEdit* edit) {
        return parseReal(edit->text().trimmed().replace(QLatin1Char(','), QLatin1Char('.')).toStdString());
    };
    const auto low = bound(m_low), high = bound(m_high);
    if (low || high) filter.scoreRange = {low.value_or(-kOpenEnd), high.value_or(kOpenEnd)};
    filter.classes.clear();
    for (int row = 0; row < m_classes->count(); ++row)
        if (m_classes->item(row)->checkState() == Qt::Checked) filter.classes.push_back(Label(row));
    filter.splits.clear();
    if (const int split = m_split->currentData().toInt(); split >= 0) filter.splits = {Split(split)};
    const int verdict = m_decision->currentData().toInt();
    filter.verdicts.clear();
    if (verdict == 100) filter.verdicts = {Verdict::Keep, Verdict::Flag, Verdict::Relabel, Verdict::Exclude};
    else if (verdict >= 0) filter.verdicts = {Verdict(verdict)};
    m_workspace.setFilter(filter);
}

void FilterPanel::clearFilters() { m_workspace.setFilter(m_workspace.filter().everything()); }

void FilterPanel::loadViews() {
    m_views->clear();
    const auto project = m_workspace.project();
    if (!project) return;
    const auto stored = project->setting(kViewsKey);
    QJsonArray views;
    if (stored && !stored->empty()) {
        views = QJsonDocument::fromJson(QByteArray::fromStdString(*stored)).array();
    } else {
        ViewFilter undecided, kept;
        undecided.suspectsOnly = true;
        undecided.verdicts = {Verdict::None};
        kept.verdicts = {Verdict::Flag};
        views = {QJsonObject{{QStringLiteral("name"), tr("undecided suspects")},
                             {QStringLiteral("filter"), toJson(undecided)}},
                 QJsonObject{{QStringLiteral("name"), tr("flagged")}, {QStringLiteral("filter"), toJson(kept)}}};
    }
    for (const QJsonValue& value : views) {
        auto* item = new QListWidgetItem(value[QStringLiteral("name")].toString(), m_views);
        item->setData(Qt::UserRole,
                      QJsonDocument(value[QStringLiteral("filter")].toObject()).toJson(QJsonDocument::Compact));
    }
}

void FilterPanel::storeViews() {
    const auto project = m_workspace.project();
    if (!project || project->readOnly()) return;
    QJsonArray views;
    for (int row = 0; row < m_views->count(); ++row)
        views << QJsonObject{{QStringLiteral("name"), m_views->item(row)->text()},
                             {QStringLiteral("filter"),
                              QJsonDocument::fromJson(m_views->item(row)->data(Qt::UserRole).toByteArray()).object()}};
    (void)project->setSetting(kViewsKey, QJsonDocument(views).toJson(QJsonDocument::Compact).toStdString());
}

void FilterPanel::saveView() {
    bool ok = false;
    const QString name =
        QInputDialog::getText(this, tr("Save view"), tr("Name of this view:"), QLineEdit::Normal, {}, &ok);
    if (!ok || name.trimmed().isEmpty()) return;
    auto* item = new QListWidgetItem(name.trimmed(), m_views);
    item->setData(Qt::UserRole, QJsonDocument(toJson(m_workspace.filter())).toJson(QJsonDocument::Compact));
    storeViews();
}

void FilterPanel::openView(QListWidgetItem* item) {
    m_workspace.setFilter(fromJson(QJsonDocument::fromJson(item->data(Qt::UserRole).toByteArray()).object()));
}

void FilterPanel::removeView() {
    delete m_views->currentItem();
    storeViews();
}

} // namespace assay::ui
