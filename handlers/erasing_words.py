"""What the workflow refuses about erasures: what is true, and what to do."""

REFUSED = {
    "erase-proposed": "删除资料 {number} 正在办，不用再提。到哪一步了可看卡片，或发「待我审批」",
    "erase-not-yet": "现在不能删除：{why}。面试结束、申请办完以后再提；依法要保存的，到期后系统自动提请",
    "erased": "这位候选人的资料已依法删除，不能再显示，也不用再删。编号和经过仍可发「时间轴」加预约号查看",
    "restricted": "这位候选人的资料已改为受限：依法只保存，任何人都不再查看。经过仍可发「时间轴」加预约号查看",
    "own-erasure": "自己提出的删除不能自己审批，要由安全管理员决定，请等其处理",
    "erasure-expired": "这条删除到期没有处理，已结束，什么都没有删。要继续请提出人重新提出",
    "erasure-not-found": "没有找到这条删除，或不在你的范围内。可发「待我审批」查看",
    "no-eraser": "没有能审批的安全管理员，没有提出。请系统管理员先设置一位，再发一次",
    "erase-reason": "驳回删除要写原因，候选人可以问到。请回复「驳回 {number} 原因」，或在卡片的「意见」里写好再点",
}
"""Refusal code → what is true and what to do; filled with the facts of the refusal."""
