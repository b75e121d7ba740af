from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Value(_message.Message):
    __slots__ = ("bool_value", "int_value", "double_value", "string_value", "list_value", "map_value", "null_value")
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    INT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VALUE_FIELD_NUMBER: _ClassVar[int]
    STRING_VALUE_FIELD_NUMBER: _ClassVar[int]
    LIST_VALUE_FIELD_NUMBER: _ClassVar[int]
    MAP_VALUE_FIELD_NUMBER: _ClassVar[int]
    NULL_VALUE_FIELD_NUMBER: _ClassVar[int]
    bool_value: bool
    int_value: int
    double_value: float
    string_value: str
    list_value: ValueList
    map_value: ValueMap
    null_value: bool
    def __init__(self, bool_value: bool = ..., int_value: _Optional[int] = ..., double_value: _Optional[float] = ..., string_value: _Optional[str] = ..., list_value: _Optional[_Union[ValueList, _Mapping]] = ..., map_value: _Optional[_Union[ValueMap, _Mapping]] = ..., null_value: bool = ...) -> None: ...

class ValueList(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Value]
    def __init__(self, items: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...

class ValueMap(_message.Message):
    __slots__ = ("entries",)
    class EntriesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.MessageMap[str, Value]
    def __init__(self, entries: _Optional[_Mapping[str, Value]] = ...) -> None: ...

class SpaceNode(_message.Message):
    __slots__ = ("constant", "list", "map", "parameter", "choice")
    CONSTANT_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    constant: Value
    list: SpaceNodeList
    map: SpaceNodeMap
    parameter: SpaceParameter
    choice: SpaceChoice
    def __init__(self, constant: _Optional[_Union[Value, _Mapping]] = ..., list: _Optional[_Union[SpaceNodeList, _Mapping]] = ..., map: _Optional[_Union[SpaceNodeMap, _Mapping]] = ..., parameter: _Optional[_Union[SpaceParameter, _Mapping]] = ..., choice: _Optional[_Union[SpaceChoice, _Mapping]] = ...) -> None: ...

class SpaceNodeList(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[SpaceNode]
    def __init__(self, items: _Optional[_Iterable[_Union[SpaceNode, _Mapping]]] = ...) -> None: ...

class SpaceNodeMap(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[SpaceNodeEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[SpaceNodeEntry, _Mapping]]] = ...) -> None: ...

class SpaceNodeEntry(_message.Message):
    __slots__ = ("key", "node")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    key: str
    node: SpaceNode
    def __init__(self, key: _Optional[str] = ..., node: _Optional[_Union[SpaceNode, _Mapping]] = ...) -> None: ...

class SpaceParameter(_message.Message):
    __slots__ = ("label", "uniform", "quniform", "loguniform", "qloguniform", "normal", "qnormal", "lognormal", "qlognormal", "uniformint", "randint", "int", "float")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    UNIFORM_FIELD_NUMBER: _ClassVar[int]
    QUNIFORM_FIELD_NUMBER: _ClassVar[int]
    LOGUNIFORM_FIELD_NUMBER: _ClassVar[int]
    QLOGUNIFORM_FIELD_NUMBER: _ClassVar[int]
    NORMAL_FIELD_NUMBER: _ClassVar[int]
    QNORMAL_FIELD_NUMBER: _ClassVar[int]
    LOGNORMAL_FIELD_NUMBER: _ClassVar[int]
    QLOGNORMAL_FIELD_NUMBER: _ClassVar[int]
    UNIFORMINT_FIELD_NUMBER: _ClassVar[int]
    RANDINT_FIELD_NUMBER: _ClassVar[int]
    INT_FIELD_NUMBER: _ClassVar[int]
    FLOAT_FIELD_NUMBER: _ClassVar[int]
    label: str
    uniform: RealRange
    quniform: RealRange
    loguniform: RealRange
    qloguniform: RealRange
    normal: Gaussian
    qnormal: Gaussian
    lognormal: Gaussian
    qlognormal: Gaussian
    uniformint: IntRange
    randint: IntRange
    int: IntRange
    float: RealRange
    def __init__(self, label: _Optional[str] = ..., uniform: _Optional[_Union[RealRange, _Mapping]] = ..., quniform: _Optional[_Union[RealRange, _Mapping]] = ..., loguniform: _Optional[_Union[RealRange, _Mapping]] = ..., qloguniform: _Optional[_Union[RealRange, _Mapping]] = ..., normal: _Optional[_Union[Gaussian, _Mapping]] = ..., qnormal: _Optional[_Union[Gaussian, _Mapping]] = ..., lognormal: _Optional[_Union[Gaussian, _Mapping]] = ..., qlognormal: _Optional[_Union[Gaussian, _Mapping]] = ..., uniformint: _Optional[_Union[IntRange, _Mapping]] = ..., randint: _Optional[_Union[IntRange, _Mapping]] = ..., int: _Optional[_Union[IntRange, _Mapping]] = ..., float: _Optional[_Union[RealRange, _Mapping]] = ...) -> None: ...

class RealRange(_message.Message):
    __slots__ = ("low", "high", "step", "log")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    low: float
    high: float
    step: float
    log: bool
    def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ..., step: _Optional[float] = ..., log: bool = ...) -> None: ...

class Gaussian(_message.Message):
    __slots__ = ("mu", "sigma", "step")
    MU_FIELD_NUMBER: _ClassVar[int]
    SIGMA_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    mu: float
    sigma: float
    step: float
    def __init__(self, mu: _Optional[float] = ..., sigma: _Optional[float] = ..., step: _Optional[float] = ...) -> None: ...

class IntRange(_message.Message):
    __slots__ = ("low", "high", "step", "log")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    low: int
    high: int
    step: int
    log: bool
    def __init__(self, low: _Optional[int] = ..., high: _Optional[int] = ..., step: _Optional[int] = ..., log: bool = ...) -> None: ...

class SpaceChoice(_message.Message):
    __slots__ = ("label", "named", "options")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    NAMED_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    label: str
    named: bool
    options: _containers.RepeatedCompositeFieldContainer[SpaceOption]
    def __init__(self, label: _Optional[str] = ..., named: bool = ..., options: _Optional[_Iterable[_Union[SpaceOption, _Mapping]]] = ...) -> None: ...

class SpaceOption(_message.Message):
    __slots__ = ("name", "probability", "node")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    probability: float
    node: SpaceNode
    def __init__(self, name: _Optional[str] = ..., probability: _Optional[float] = ..., node: _Optional[_Union[SpaceNode, _Mapping]] = ...) -> None: ...

class ParamValue(_message.Message):
    __slots__ = ("int_value", "double_value", "option")
    INT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VALUE_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    int_value: int
    double_value: float
    option: str
    def __init__(self, int_value: _Optional[int] = ..., double_value: _Optional[float] = ..., option: _Optional[str] = ...) -> None: ...

class Point(_message.Message):
    __slots__ = ("values",)
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ParamValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ParamValue, _Mapping]] = ...) -> None: ...
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.MessageMap[str, ParamValue]
    def __init__(self, values: _Optional[_Mapping[str, ParamValue]] = ...) -> None: ...
