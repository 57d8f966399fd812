# THE list of built-in plugins. To add one: write plugins/<kind>/<name>.cpp and name it here.
# Of two readers that are equally sure of a data set, the one named first reads it.
assay_builtin(assay_plugins readers tiny_imagenet clothing1m webvision cifar idx class_folders csv_images)
assay_builtin(assay_plugins scores p_noisy loss mean_loss self_confidence normalized_margin disagreement
    forgetting variability posterior_history label_quality data_map aum aum_threshold selection pseudo_label_conflict neighbourhood
    duplicates picture_faults)
assay_builtin(assay_plugins exporters csv csv_template audit_csv cleanlab image_folder)
if(ASSAY_ENGINE)
    assay_builtin(assay_engine methods cross_entropy co_teaching m m_dyr_h m_dyr_s md_dyr_sh static_bootstrap
        dynamic_bootstrap elr elr_plus truncated_gce co_teaching_plus jocor dividemix loss_cleaning mlnt mlnt_iterative tcl area_under_margin
        pseudo_label supervised fixmatch flexmatch uda fixmatch_attention remixmatch remixmatch_s0 pi_model mean_teacher
        vat mixmatch meta_pseudo_labels pl_lee pl_usb pl_epoch_s1 pl_iter_s0 curriculum)
endif()
