namespace TorchSharp;

public static partial class torch
{
    /// <summary>Neural networks.</summary>
    public static partial class nn
    {
        /// <summary>Layers as functions.</summary>
        public static partial class functional
        {
            /// <summary>
            /// <c>input · weightsᵀ + bias</c>; input [*, in], weights [out, in], bias [out], result [*, out].
            /// </summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                Tensor.Own(Native.levee_linear(Tensor.In(input), Tensor.In(weights), Tensor.Optional(bias)), input, weights, bias);

            /// <summary>Exponentials divided by their sum along one dimension.</summary>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Tensor.Valid(input).softmax(dim, dtype);

            /// <summary>Logarithm of softmax, computed without underflow.</summary>
            public static Tensor log_softmax(Tensor x, long dim) => Tensor.Valid(x).log_softmax(dim);

            /// <summary>Each element times its logistic function.</summary>
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? Tensor.Valid(x).silu_() : Tensor.Valid(x).silu();

            /// <summary>Gaussian error linear unit: x times the standard normal distribution function of x.</summary>
            public static Tensor gelu(Tensor x) => Tensor.Valid(x).gelu();

            /// <summary>Each element, or 0 where it is negative.</summary>
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? Tensor.Valid(x).relu_() : Tensor.Valid(x).relu();

            /// <summary>
            /// Attention: <c>softmax(query · keyᵀ / √E + mask) · value</c>; query [*, L, E], key [*, S, E], value [*, S, V], result [*,
            /// L, V].
            /// </summary>
            /// <param name="query">What each of the L positions looks for.</param>
            /// <param name="key">What each of the S positions offers.</param>
            /// <param name="value">What each of the S positions hands over.</param>
            /// <param name="attn_mask">
            /// [*, L, S]: booleans, true where attention is allowed (a row that allows nothing gives zeros), or numbers that are added.
            /// </param>
            /// <param name="p">Probability to drop an attention weight, in [0, 1).</param>
            /// <param name="is_casual">Whether position i sees positions 0..i only (the package's spelling). Excludes a mask.</param>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                var result = Native.levee_scaled_dot_product_attention(
                    Tensor.In(query), Tensor.In(key), Tensor.In(value), Tensor.Optional(attn_mask), p, Tensor.Flag(is_casual));
                GC.KeepAlive(attn_mask);
                return Tensor.Own(result, query, key, value);
            }
        }
    }

    /// <summary>Special functions.</summary>
    public static partial class special
    {
        /// <summary>Exponentials divided by their sum along one dimension.</summary>
        public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Tensor.Valid(input).softmax(dim, dtype);

        /// <summary>Logarithm of softmax, computed without underflow.</summary>
        public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => Tensor.Valid(input).log_softmax(dim, dtype);
    }
}
