// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/param_form.h"

#include "ui/plots/plot_text.h"
#include "ui/plots/plot_theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace assay::ui {
namespace {

QString range(const ParamSpec& spec) {
    const auto number = [](double value) { return plainNumber(value); };
    if (spec.minimum && spec.maximum)
        return ParamForm::tr("%1 to %2").arg(number(*spec.minimum), number(*spec.maximum));
    if (spec.minimum) return ParamForm::tr("at least %1").arg(number(*spec.minimum));
    if (spec.maximum) return ParamForm::tr("at most %1").arg(number(*spec.maximum));
    return {};
}

QString readable(const std::string& name) {
    QString text = QString::fromStdString(name);
    text.replace(QLatin1Char('-'), QLatin1Char(' '));
    if (!text.isEmpty()) text[0] = text[0].toUpper();
    return text;
}

QString capitalised(QString text) {
    if (!text.isEmpty()) text[0] = text[0].toUpper();
    return text;
}

} // namespace

/// One setting: its widgets, and how they are read and written.
struct ParamForm::Row {
    ParamSpec spec;
    QWidget* editor = nullptr;
    QLabel* mark = nullptr;
    QLabel* label = nullptr;
    QLabel* help = nullptr;
    QToolButton* reset = nullptr;

    [[nodiscard]] Result<ParamValue> value() const {
        switch (spec.type) {
        case ParamType::Bool: return ParamValue(static_cast<QCheckBox*>(editor)->isChecked());
        case ParamType::Choice: return ParamValue(static_cast<QComboBox*>(editor)->currentText().toStdString());
        case ParamType::Integer:
            if (auto* box = qobject_cast<QSpinBox*>(editor)) return ParamValue(std::int64_t(box->value()));
            [[fallthrough]];
        case ParamType::Real: return parseParam(spec, static_cast<QLineEdit*>(editor)->text().trimmed().toStdString());
        case ParamType::Text: return ParamValue(static_cast<QLineEdit*>(editor)->text().toStdString());
        }
        return fail(ErrorCode::Internal, "a setting of an unknown type", spec.name);
    }

    void set(const ParamValue& value) const {
        const QString text = QString::fromStdString(toText(value));
        if (auto* check = qobject_cast<QCheckBox*>(editor)) {
            check->setChecked(std::holds_alternative<bool>(value) && std::get<bool>(value));
        } else if (auto* combo = qobject_cast<QComboBox*>(editor)) {
            combo->setCurrentIndex(combo->findText(text));
        } else if (auto* spin = qobject_cast<QSpinBox*>(editor)) {
            spin->setValue(int(std::get<std::int64_t>(value)));
        } else {
            static_cast<QLineEdit*>(editor)->setText(text);
        }
    }
};

ParamForm::ParamForm(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("paramForm"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
}

ParamForm::~ParamForm() = default;

void ParamForm::setSpecs(std::vector<ParamSpec> specs) {
    const ParamValues kept = changedValues();
    m_rows.clear();
    delete m_content;
    m_specs = std::move(specs);

    m_content = new QWidget(this);
    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(0, 0, 0, 0);
    const auto section = [](QWidget* parent) {
        auto* box = new QWidget(parent);
        auto* grid = new QGridLayout(box);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setVerticalSpacing(2);
        grid->setHorizontalSpacing(8);
        grid->setColumnStretch(3, 1);
        grid->setColumnMinimumWidth(0, 10);
        return box;
    };
    auto* basic = section(m_content);
    m_advanced = section(m_content);
    m_advanced->setObjectName(QStringLiteral("paramFormAdvanced"));
    m_fold = new QToolButton(m_content);
    m_fold->setObjectName(QStringLiteral("paramFormFold"));
    m_fold->setCheckable(true);
    m_fold->setAutoRaise(true);
    m_fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_fold, &QToolButton::toggled, this, &ParamForm::setAdvancedShown);
    const auto advanced = std::count_if(m_specs.begin(), m_specs.end(), [](const auto& spec) { return spec.advanced; });
    m_fold->setText(tr("Advanced settings (%1)").arg(advanced));
    m_fold->setVisible(advanced > 0);
    if (m_specs.empty()) column->addWidget(new QLabel(tr("This method has no settings."), m_content));
    column->addWidget(basic);
    column->addWidget(m_fold);
    column->addWidget(m_advanced);
    column->addStretch(1);
    for (const ParamSpec& spec : m_specs) addRow(spec, spec.advanced ? m_advanced : basic);
    layout()->addWidget(m_content);
    setAdvancedShown(false);
    for (const auto& [name, value] : kept) {
        Row* row = find(name);
        if (row == nullptr || row->spec.defaultValue.index() != value.index()) continue;
        if (parseParam(row->spec, toText(value))) row->set(value);
    }
    for (const auto& row : m_rows) refresh(*row);
}

void ParamForm::addRow(const ParamSpec& spec, QWidget* box) {
    auto owned = std::make_unique<Row>();
    Row* row = owned.get();
    row->spec = spec;
    auto* grid = static_cast<QGridLayout*>(box->layout());
    const QString title = readable(spec.name);
    const QString help = QString::fromStdString(spec.help);
    QString tip = help;
    if (!range(spec).isEmpty()) tip += (tip.isEmpty() ? QString() : QStringLiteral("\n")) + capitalised(range(spec));
    tip += tr("\nDefault: %1").arg(QString::fromStdString(toText(spec.defaultValue)));

    const auto touched = [this, row] {
        refresh(*row);
        Q_EMIT changed();
    };
    switch (spec.type) {
    case ParamType::Bool: {
        auto* check = new QCheckBox(box);
        connect(check, &QCheckBox::toggled, this, touched);
        row->editor = check;
        break;
    }
    case ParamType::Choice: {
        auto* combo = new QComboBox(box);
        for (const std::string& choice : spec.choices) combo->addItem(QString::fromStdString(choice));
        connect(combo, &QComboBox::currentIndexChanged, this, touched);
        row->editor = combo;
        break;
    }
    case ParamType::Integer: {
        constexpr double kMost = std::numeric_limits<int>::max();
        if (spec.minimum && spec.maximum && *spec.minimum >= -kMost && *spec.maximum <= kMost) {
            auto* spin = new QSpinBox(box);
            spin->setRange(int(*spec.minimum), int(*spec.maximum));
            spin->setGroupSeparatorShown(true);
            connect(spin, &QSpinBox::valueChanged, this, touched);
            row->editor = spin;
            break;
        }
        [[fallthrough]];
    }
    case ParamType::Real:
    case ParamType::Text: {
        auto* line = new QLineEdit(box);
        connect(line, &QLineEdit::textChanged, this, touched);
        row->editor = line;
        break;
    }
    }
    row->editor->setObjectName(QStringLiteral("param-") + QString::fromStdString(spec.name));
    row->editor->setAccessibleName(title);
    row->editor->setAccessibleDescription(help);
    row->editor->setToolTip(tip);
    row->editor->setFocusPolicy(Qt::StrongFocus);
    row->editor->setMinimumWidth(120);
    row->editor->installEventFilter(this);

    row->mark = new QLabel(box);
    row->mark->setFixedWidth(10);
    row->mark->setToolTip(tr("Differs from its default"));
    row->label = new QLabel(title, box);
    row->label->setBuddy(row->editor);
    row->label->setToolTip(tip);
    row->reset = new QToolButton(box);
    row->reset->setText(QStringLiteral("↺"));
    row->reset->setAutoRaise(true);
    row->reset->setObjectName(QStringLiteral("reset-") + QString::fromStdString(spec.name));
    row->reset->setToolTip(tr("Back to %1").arg(QString::fromStdString(toText(spec.defaultValue))));
    row->reset->setAccessibleName(tr("Reset %1").arg(title));
    QSizePolicy keep = row->reset->sizePolicy();
    keep.setRetainSizeWhenHidden(true);
    row->reset->setSizePolicy(keep);
    connect(row->reset, &QToolButton::clicked, this, [row] { row->set(row->spec.defaultValue); });
    row->help = new QLabel(help, box);
    row->help->setWordWrap(true);
    row->help->setFont(plotFont(font()));
    row->help->setForegroundRole(QPalette::PlaceholderText);

    const int line = grid->rowCount();
    grid->addWidget(row->mark, line, 0);
    grid->addWidget(row->label, line, 1);
    grid->addWidget(row->editor, line, 2);
    if (const auto link = m_links.find(spec.name); link != m_links.end()) {
        auto* button = new QToolButton(box);
        button->setText(link->second.text);
        button->setToolTip(link->second.help);
        button->setObjectName(QStringLiteral("link-") + QString::fromStdString(spec.name));
        connect(button, &QToolButton::clicked, this,
                [this, name = spec.name] { Q_EMIT linkClicked(QString::fromStdString(name)); });
        grid->addWidget(button, line, 3, Qt::AlignLeft);
    } else {
        grid->addWidget(new QLabel(QString::fromStdString(spec.unit), box), line, 3);
    }
    grid->addWidget(row->reset, line, 4);
    grid->addWidget(row->help, line + 1, 1, 1, 4);
    grid->setRowMinimumHeight(line + 2, 6);

    row->set(spec.defaultValue);
    m_rows.push_back(std::move(owned));
}

void ParamForm::refresh(Row& row) {
    const bool differs = isChanged(row.spec.name);
    row.mark->setText(differs ? QStringLiteral("●") : QString());
    QFont type(font());
    type.setBold(differs);
    row.label->setFont(type);
    row.reset->setVisible(differs);
    const auto value = row.value();
    row.help->setText(value ? QString::fromStdString(row.spec.help)
                            : tr("⚠ %1").arg(QString::fromStdString(value.error().sentence())));
    row.help->setForegroundRole(value ? QPalette::PlaceholderText : QPalette::Text);
    if (m_fold == nullptr || !row.spec.advanced) return;
    const auto count = std::count_if(m_specs.begin(), m_specs.end(), [](const auto& spec) { return spec.advanced; });
    const auto touched = std::count_if(m_specs.begin(), m_specs.end(),
                                       [this](const auto& s) { return s.advanced && isChanged(s.name); });
    m_fold->setText(touched == 0 ? tr("Advanced settings (%1)").arg(count)
                                 : tr("Advanced settings (%1, %2 changed)").arg(count).arg(touched));
}

ParamForm::Row* ParamForm::find(const std::string& name) const {
    const auto it = std::find_if(m_rows.begin(), m_rows.end(), [&](const auto& row) { return row->spec.name == name; });
    return it == m_rows.end() ? nullptr : it->get();
}

ParamValues ParamForm::values() const {
    ParamValues values;
    for (const auto& row : m_rows) {
        auto value = row->value();
        values[row->spec.name] = value ? *value : row->spec.defaultValue;
    }
    return values;
}

ParamValues ParamForm::changedValues() const {
    ParamValues values;
    for (const auto& row : m_rows) {
        auto value = row->value();
        if (value && *value != row->spec.defaultValue) values[row->spec.name] = *value;
    }
    return values;
}

void ParamForm::setValues(const ParamValues& values) {
    for (const auto& row : m_rows) {
        const auto given = values.find(row->spec.name);
        const bool fits = given != values.end() && given->second.index() == row->spec.defaultValue.index() &&
                          parseParam(row->spec, toText(given->second));
        row->set(fits ? given->second : row->spec.defaultValue);
    }
}

void ParamForm::resetAll() { setValues({}); }

void ParamForm::setLink(const std::string& name, const QString& text, const QString& help) {
    m_links[name] = {text, help};
    if (find(name) != nullptr) setSpecs(m_specs);
}

bool ParamForm::isChanged(const std::string& name) const {
    const Row* row = find(name);
    if (row == nullptr) return false;
    const auto value = row->value();
    return !value || *value != row->spec.defaultValue;
}

QString ParamForm::problem() const {
    for (const auto& row : m_rows) {
        const auto value = row->value();
        if (!value) return QString::fromStdString(value.error().sentence());
    }
    return {};
}

QWidget* ParamForm::editor(const std::string& name) const {
    const Row* row = find(name);
    return row == nullptr ? nullptr : row->editor;
}

void ParamForm::setAdvancedShown(bool shown) {
    if (m_fold == nullptr) return;
    m_fold->setArrowType(shown ? Qt::DownArrow : Qt::RightArrow);
    m_fold->setChecked(shown);
    m_advanced->setVisible(shown);
}

bool ParamForm::eventFilter(QObject* watched, QEvent* event) {
    // A wheel that scrolls the sheet must not turn the settings that pass under the pointer.
    if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace assay::ui
