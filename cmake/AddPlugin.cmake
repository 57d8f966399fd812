# assay_builtin(<target> <kind> <name>...) names built-in plugins: each is the file pair <kind>/<name>.{h,cpp} (the
# header may be absent) which defines `void assay::register<Name>(assay::Registry&)`, <Name> being <name> in PascalCase.
function(assay_builtin target kind)
    set(all "")
    foreach(name IN LISTS ARGN)
        target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/plugins/${kind}/${name}.cpp)
        string(REPLACE "_" ";" parts ${name})
        set(pascal "")
        foreach(part IN LISTS parts)
            string(SUBSTRING ${part} 0 1 first)
            string(SUBSTRING ${part} 1 -1 rest)
            string(TOUPPER ${first} first)
            string(APPEND pascal ${first}${rest})
        endforeach()
        list(APPEND all ${pascal})
    endforeach()
    set_property(TARGET ${target} APPEND PROPERTY ASSAY_BUILTINS ${all})
endfunction()

# assay_generate_builtins(<target> <function>) writes the source that calls them all, in the order of the list.
function(assay_generate_builtins target function)
    get_target_property(all ${target} ASSAY_BUILTINS)
    set(declarations "")
    set(calls "")
    foreach(name IN LISTS all)
        if(name)
            string(APPEND declarations "void register${name}(Registry& registry);\n")
            string(APPEND calls "    register${name}(registry);\n")
        endif()
    endforeach()
    set(file ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
    file(CONFIGURE OUTPUT ${file} @ONLY CONTENT
"// Generated from plugins/builtin_plugins.cmake.
#include \"core/base/registry.h\"
namespace assay {
@declarations@void @function@(Registry& registry);
void @function@([[maybe_unused]] Registry& registry) {
@calls@}
} // namespace assay
")
    target_sources(${target} PRIVATE ${file})
endfunction()
