using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Neural networks.</summary>
    public static partial class nn
    {
        /// <summary>Layers as functions.</summary>
        public static partial class functional
        {
            /// <summary>Exponentials divided by their sum along one dimension.</summary>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) =>
                Call("softmax.int", input, dim, dtype);

            /// <summary>Logarithm of softmax, computed without underflow.</summary>
            public static Tensor log_softmax(Tensor x, long dim) => Call("log_softmax.int", x, dim);

            /// <summary>Each element times its logistic function.</summary>
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? Change("silu_", x) : Call("silu", x);

            /// <summary>
            /// Attention: <c>softmax(query · keyᵀ / √E + mask) · value</c>; query [*, L, E], key [*, S, E], value [*, S, V], result [*,
            /// L, V].
            /// </summary>
            /// <param name="query">For each of the L positions, the vector that it looks for.</param>
            /// <param name="key">For each of the S positions, the vector that it offers to queries.</param>
            /// <param name="value">For each of the S positions, the vector that it hands over.</param>
            /// <param name="attn_mask">
            /// [*, L, S]: booleans, true where attention is allowed (a row that allows nothing gives zeros), or numbers that are added.
            /// </param>
            /// <param name="p">Probability to drop an attention weight, in [0, 1).</param>
            /// <param name="is_casual">True when position i sees positions 0..i only (the package's spelling). Excludes a mask.</param>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                var result = Native.levee_scaled_dot_product_attention(
                    Tensor.In(query), Tensor.In(key), Tensor.In(value), attn_mask?.Handle ?? 0, p, is_casual ? 1 : 0);
                GC.KeepAlive(attn_mask);
                return Tensor.Own(result, query, key, value);
            }
        }
    }
}
