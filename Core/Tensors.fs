namespace Levee

open TorchSharp

/// The few functional helpers over torch that everything else is written with.
[<RequireQualifiedAccess>]
module Tensors =
    /// Runs a computation and releases every tensor it made but its result.
    let scoped (compute: unit -> torch.Tensor) =
        use _ = torch.NewDisposeScope()
        compute().MoveToOuterDisposeScope()

    /// Runs a computation and releases every tensor it made; its result must hold none.
    let released (compute: unit -> 'a) =
        use _ = torch.NewDisposeScope()
        compute()

    /// A number in the form in which torch takes it.
    let scalar (number: float) : Scalar = Scalar.op_Implicit number

    /// True when a tensor is of half precision: bfloat16 or float16.
    let isHalf (tensor: torch.Tensor) = tensor.dtype = torch.bfloat16 || tensor.dtype = torch.float16

    /// A tensor in float32 where it is of half precision; others as they are.
    let widened (tensor: torch.Tensor) =
        if isHalf tensor then
            tensor.``to`` torch.float32
        else
            tensor

    /// A boolean tensor, true where `values` exceed `bound`.
    let above bound (values: torch.Tensor) = values.gt(scalar bound)

    /// A boolean tensor, true where `values` are at least `bound`.
    let notBelow bound (values: torch.Tensor) = values.ge(scalar bound)

    /// `values` kept within [low, high]; the gradient is zero outside.
    let clamp low high (values: torch.Tensor) = values.clamp(scalar low, scalar high)

    /// `values` where `mask` is positive and zero elsewhere, in value and in gradient, whatever stood there (infinities too).
    let keep (mask: torch.Tensor) (values: torch.Tensor) = torch.where(above 0.0 mask, values, torch.zeros_like values)

    /// 1 where the condition holds and 0 elsewhere, in the dtype of `like`.
    let indicator (like: torch.Tensor) (condition: torch.Tensor) = condition.``to``(like.dtype)

    /// The sum of `values` where `mask` is positive.
    let maskedSum (mask: torch.Tensor) (values: torch.Tensor) = (keep mask values).sum()

    /// A count as a denominator: at least 1, so that what is empty is zero.
    let atLeastOne (count: torch.Tensor) = count.clamp_min(scalar 1.0)

    /// The mean over each row's marked values, [R]; 0 for a row without any.
    let rowMean (mask: torch.Tensor) (values: torch.Tensor) = (keep mask values).sum(1L) / atLeastOne(mask.sum(1L))
