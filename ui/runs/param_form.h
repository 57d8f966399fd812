// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/params.h"

#include <QString>
#include <QWidget>

#include <map>
#include <memory>
#include <string>
#include <vector>

class QLabel;
class QToolButton;

namespace assay::ui {

/// A form built from a list of settings: the basic ones first, the advanced ones folded away. A setting that differs
/// from its default is marked and can be reset; help stands under each setting and in its tooltip. Real numbers are
/// typed as text, so that every value survives unrounded; a value out of range says why.
class ParamForm final : public QWidget {
    Q_OBJECT
public:
    explicit ParamForm(QWidget* parent = nullptr);
    ~ParamForm() override;

    /// Starts over with these settings at their defaults. Values of settings of the same name and type survive
    /// where they were changed and still fit.
    void setSpecs(std::vector<ParamSpec> specs);
    [[nodiscard]] const std::vector<ParamSpec>& specs() const { return m_specs; }

    /// Every setting; one whose text is not valid is left at its default (see problem()).
    [[nodiscard]] ParamValues values() const;
    /// Those that differ from their defaults.
    [[nodiscard]] ParamValues changedValues() const;
    /// Settings that are not named go back to their defaults; unknown names and values that do not fit are ignored.
    void setValues(const ParamValues& values);
    void resetAll();
    /// A button beside this setting, wherever a list of settings has it; linkClicked() tells when it is pressed.
    void setLink(const std::string& name, const QString& text, const QString& help);

    [[nodiscard]] bool isChanged(const std::string& name) const;
    /// Empty where everything is valid, else what is wrong with the first setting that is not.
    [[nodiscard]] QString problem() const;
    /// The widget that edits a setting (object name "param-" + name); null where there is none.
    [[nodiscard]] QWidget* editor(const std::string& name) const;
    void setAdvancedShown(bool shown);

Q_SIGNALS:
    void changed();
    void linkClicked(const QString& name);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Row;
    struct Link {
        QString text, help;
    };
    void addRow(const ParamSpec& spec, QWidget* box);
    void refresh(Row& row);
    [[nodiscard]] Row* find(const std::string& name) const;

    std::vector<ParamSpec> m_specs;
    std::vector<std::unique_ptr<Row>> m_rows;
    std::map<std::string, Link> m_links; ///< by setting
    QWidget* m_content = nullptr;
    QToolButton* m_fold = nullptr;
    QWidget* m_advanced = nullptr;
};

} // namespace assay::ui
